using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>
/// The reference's scores: Σ over layers of gₜᵀ U [aₜ; 1], the part of the sequence's influence that flows through position t
/// (Grosse et al. 2023, Eq. 31).
/// </summary>
/// <remarks>Position t carries the loss of token t + 1 and whatever later losses send back to t through attention. The sum over t is
/// the sequence's score, as it is for <see cref="TokenScorer"/>. Positive: learning the sequence lowers the loss of the toxic queries relative to the nontoxic.
/// All directions share the pass; the scores of each are, byte for byte, those of a scorer with that direction alone.</remarks>
public sealed class PositionScorer : ITokenScorer
{
    private readonly CausalLanguageModel model;
    private readonly NextTokenHead head;
    private readonly Directions directions;

    /// <summary>Takes a copy of one direction in the model's precision.</summary>
    /// <param name="model">Stays the caller's; must outlive this object.</param>
    /// <param name="direction">U, as below.</param>
    /// <exception cref="ArgumentException">A layer is missing, unknown, or of the wrong shape.</exception>
    public PositionScorer(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction) : this(model, [direction]) { }

    /// <summary>Takes a copy of the directions in the model's precision.</summary>
    /// <param name="model">Stays the caller's; must outlive this object.</param>
    /// <param name="directions">At least one; each U by layer name, [out, in (+ 1)], for every tracked layer.</param>
    /// <exception cref="ArgumentException">A layer is missing, unknown, or of the wrong shape.</exception>
    public PositionScorer(CausalLanguageModel model, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> directions)
    {
        this.directions = new Directions(model, directions, complete: true);
        this.model = model;
        head = new NextTokenHead(model.Unembedding);
    }

    /// <summary>Scores along the first direction, with the work of all.</summary>
    /// <param name="batch">Tensors on the model's device.</param>
    /// <returns>As <see cref="Scores"/>.</returns>
    /// <exception cref="NonFiniteException">A weight, an activation, a gradient or a score is not finite.</exception>
    internal Tensor Score(TokenBatch batch) => Scores(batch)[0];

    /// <summary>Scores along every direction, at the reference's own index t.</summary>
    /// <param name="batch">Tensors on the model's device.</param>
    /// <returns>For each direction [sequences, tokens], float32 (float64 for a float64 model); the last position is 0. The caller's scope owns it.</returns>
    /// <exception cref="NonFiniteException">A weight, an activation, a gradient or a score is not finite.</exception>
    public IReadOnlyList<Tensor> Scores(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        using var pass = CapturedPass.Run(model, head, batch, LabelSource.Empirical);
        var precision = AccumulationPrecision.For(model.Precision);
        var scores = Array.ConvertAll(directions.All, _ => zeros(batch.InputIds.shape, dtype: precision, device: model.Device));
        foreach (var layer in pass.Layers)
        {
            for (var index = 0; index < scores.Length; index++)
            {
                using var inner = NewDisposeScope();
                scores[index].AddInPlace(Share(layer, directions.All[index]));
            }
        }

        pass.ThrowIfNotFinite("position scores", scores.Select(score => ("(sum of layers)", score)));
        return [.. scores.Select(score => score.MoveToOuterDisposeScope())];
    }

    /// <summary>The first direction's scores, layer by layer: which layer a score comes from.</summary>
    /// <param name="batch">Tensors on the model's device.</param>
    /// <returns>[layers in model order, sequences, tokens]; the caller's scope owns it.</returns>
    /// <exception cref="NonFiniteException">A weight, an activation, a gradient or a score is not finite.</exception>
    public Tensor ScoreByLayer(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        using var pass = CapturedPass.Run(model, head, batch, LabelSource.Empirical);
        var scores = pass.Layers.Select(layer => (layer.Layer.Name, Share(layer, directions.All[0]))).ToArray();
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

    /// <summary>Frees the copies of the directions.</summary>
    public void Dispose()
    {
        head.Dispose();
        directions.Dispose();
    }

    private static Tensor Share(CapturedLayer layer, IReadOnlyDictionary<string, Tensor> direction)
    {
        var (a, g) = (layer.Input, layer.Gradient);
        var scores = LayerPositionScore.Compute(a.reshape(-1, a.shape[2]), g.reshape(-1, g.shape[2]), direction[layer.Layer.Name]);
        return scores.view(a.shape[0], a.shape[1]);
    }
}
