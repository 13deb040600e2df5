using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>The reference's scores: Σ over layers of gₜᵀ U [aₜ; 1], the part of the sequence's influence that flows through position t (Grosse et al. 2023, Eq. 31).</summary>
/// <remarks>Position t carries the loss of token t + 1 and whatever later losses send back to t through attention; the sum over t is the sequence's score, as it is for
/// <c>TokenScorer</c>. Positive: learning the sequence lowers the loss of the toxic queries relative to the nontoxic.</remarks>
public sealed class PositionScorer : IDisposable
{
    private readonly CausalLanguageModel model;
    private readonly NextTokenHead head;
    private readonly Dictionary<string, Tensor> direction = new(StringComparer.Ordinal);

    /// <summary>Takes a copy of the direction in the model's precision.</summary>
    /// <param name="model">Stays the caller's; must outlive this object.</param>
    /// <param name="direction">U by layer name, [out, in (+ 1)], for every tracked layer.</param>
    /// <exception cref="ArgumentException">A layer is missing, unknown, or of the wrong shape.</exception>
    public PositionScorer(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction)
    {
        Check(model, direction);
        this.model = model;
        head = new NextTokenHead(model.Unembedding);
        using var scope = NewDisposeScope();
        foreach (var layer in model.TrackedLayers)
        {
            this.direction.Add(layer.Name, direction[layer.Name].detach().to(model.Precision, model.Device, copy: true).DetachFromDisposeScope());
        }
    }

    /// <summary>Scores at the reference's own index t.</summary>
    /// <param name="batch">Tensors on the model's device.</param>
    /// <returns>[sequences, tokens], float32 (float64 for a float64 model); the last position is 0. The caller's scope owns it.</returns>
    /// <exception cref="NonFiniteException">A weight, an activation, a gradient or a score is not finite.</exception>
    public Tensor Score(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        using var pass = CapturedPass.Run(model, head, batch, LabelSource.Empirical);
        var scores = zeros(batch.InputIds.shape, dtype: AccumulationPrecision.For(model.Precision), device: model.Device);
        foreach (var layer in pass.Layers)
        {
            using var inner = NewDisposeScope();
            scores.AddInPlace(Share(layer));
        }

        pass.ThrowIfNotFinite("position scores", [("(sum of layers)", scores)]);
        return scores.MoveToOuterDisposeScope();
    }

    /// <summary>The same, layer by layer: which layer a score comes from.</summary>
    /// <param name="batch">Tensors on the model's device.</param>
    /// <returns>[layers in model order, sequences, tokens]; the caller's scope owns it.</returns>
    /// <exception cref="NonFiniteException">A weight, an activation, a gradient or a score is not finite.</exception>
    public Tensor ScoreByLayer(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        using var pass = CapturedPass.Run(model, head, batch, LabelSource.Empirical);
        var scores = pass.Layers.Select(layer => (layer.Layer.Name, Share(layer))).ToArray();
        pass.ThrowIfNotFinite("position scores", scores);
        return stack(scores.Select(entry => entry.Item2)).MoveToOuterDisposeScope();
    }

    /// <summary>Moves every score from the position that predicts to the token that is predicted, t to t + 1; token 0 has none.</summary>
    /// <param name="scores">Scores at the reference's index, [sequences, tokens].</param>
    /// <returns>[sequences, tokens]; the caller's scope owns it.</returns>
    public static Tensor ShiftToLabels(Tensor scores)
    {
        using var scope = NewDisposeScope();
        var shifted = zeros_like(scores);
        var moved = scores.shape[1] - 1;
        shifted.narrow(1, 1, moved).copy_(scores.narrow(1, 0, moved));
        return shifted.MoveToOuterDisposeScope();
    }

    /// <summary>Frees the copy of the direction.</summary>
    public void Dispose()
    {
        head.Dispose();
        foreach (var tensor in direction.Values)
        {
            tensor.Dispose();
        }
    }

    private Tensor Share(CapturedLayer layer)
    {
        var (a, g) = (layer.Input, layer.Gradient);
        return LayerPositionScore.Compute(a.reshape(-1, a.shape[2]), g.reshape(-1, g.shape[2]), direction[layer.Layer.Name]).view(a.shape[0], a.shape[1]);
    }

    private static void Check(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction)
    {
        foreach (var layer in model.TrackedLayers)
        {
            if (!direction.TryGetValue(layer.Name, out var tensor))
            {
                throw new ArgumentException($"The direction lacks layer '{layer.Name}'; expected every tracked layer of the model.", nameof(direction));
            }

            if (tensor.dim() != 2 || tensor.shape[0] != layer.Outputs || tensor.shape[1] != layer.Inputs)
            {
                throw new ArgumentException($"The direction of layer '{layer.Name}' has shape [{string.Join(", ", tensor.shape)}]; expected [{layer.Outputs}, {layer.Inputs}]: it was computed with another model.", nameof(direction));
            }
        }

        if (direction.Keys.FirstOrDefault(name => model.TrackedLayers.All(layer => layer.Name != name)) is { } unknown)
        {
            throw new ArgumentException($"The direction holds '{unknown}', which is no tracked layer of the model: it was computed with another model.", nameof(direction));
        }
    }
}
