using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>Sums over attended tokens of a aᵀ, once per group of layers with the same input, and of g gᵀ, per layer (Grosse et al. 2023, K-FAC's two factors).</summary>
/// <remarks>Padding is left out of the activations; its gradients are zero. Both sums are divided by <see cref="AttendedTokens"/> when they are decomposed.</remarks>
public sealed class CovarianceAccumulator : IDisposable
{
    private readonly CausalLanguageModel model;
    private readonly NextTokenHead head;
    private readonly Dictionary<string, SymmetricSum> activations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SymmetricSum> gradients = new(StringComparer.Ordinal);

    /// <summary>Starts at zero.</summary>
    /// <param name="model">Stays the caller's; must outlive this object.</param>
    public CovarianceAccumulator(CausalLanguageModel model)
    {
        this.model = model;
        head = new NextTokenHead(model.Unembedding);
        var precision = AccumulationPrecision.For(model.Precision);
        foreach (var layer in model.TrackedLayers)
        {
            if (layer.Name == layer.InputGroup)
            {
                activations.Add(layer.Name, new SymmetricSum(layer.Weight.shape[1], layer.HasBias, precision, model.Device));
            }

            gradients.Add(layer.Name, new SymmetricSum(layer.Outputs, hasOnes: false, precision, model.Device));
        }
    }

    /// <summary>Tokens so far that the attention mask admits, whether or not a loss stands at them.</summary>
    public long AttendedTokens { get; private set; }

    /// <summary>Adds a batch.</summary>
    /// <param name="batch">Tensors on the model's device.</param>
    /// <param name="labels">Whose labels the gradients are taken at.</param>
    /// <exception cref="NonFiniteException">A weight, an activation, a gradient or a sum is not finite; the sums are then useless.</exception>
    public void Add(TokenBatch batch, LabelSource labels)
    {
        using var scope = NewDisposeScope();
        using var pass = CapturedPass.Run(model, head, batch, labels);
        var attended = AttendedRows(batch);
        foreach (var (layer, input, gradient) in pass.Layers)
        {
            using var inner = NewDisposeScope();
            if (activations.TryGetValue(layer.Name, out var sum))
            {
                var rows = input.reshape(-1, input.shape[2]);
                sum.Add(attended is null ? rows : rows.index_select(0, attended));
            }

            gradients[layer.Name].Add(gradient.reshape(-1, gradient.shape[2]));
        }

        AttendedTokens += attended?.shape[0] ?? batch.InputIds.NumberOfElements;
        pass.ThrowIfNotFinite("covariance", activations.Concat(gradients).Select(entry => (entry.Key, entry.Value.Trace())));
    }

    /// <summary>Σ a aᵀ by input group, [in (+ 1), in (+ 1)] with the bias' 1 last; owned by this object, valid until the next addition.</summary>
    public IReadOnlyDictionary<string, Tensor> ActivationSums() => Totals(activations);

    /// <summary>Σ g gᵀ by layer, [out, out]; owned by this object, valid until the next addition.</summary>
    public IReadOnlyDictionary<string, Tensor> GradientSums() => Totals(gradients);

    /// <summary>Frees the sums.</summary>
    public void Dispose()
    {
        head.Dispose();
        foreach (var sum in activations.Values.Concat(gradients.Values))
        {
            sum.Dispose();
        }
    }

    /// <summary>Row numbers of attended tokens among the batch's [sequences × tokens]; null where every token is.</summary>
    private static Tensor? AttendedRows(TokenBatch batch)
    {
        if (batch.AttentionMask is not { } mask)
        {
            return null;
        }

        var rows = mask.reshape(-1).nonzero().view(-1);
        return rows.shape[0] == mask.NumberOfElements ? null : rows;
    }

    private static Dictionary<string, Tensor> Totals(Dictionary<string, SymmetricSum> sums) =>
        sums.ToDictionary(entry => entry.Key, entry => entry.Value.Total(), StringComparer.Ordinal);
}
