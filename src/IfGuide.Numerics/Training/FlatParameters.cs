using IfGuide.Numerics.Models;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>All weights of a model as views of one flat tensor, and their gradients as views of another.</summary>
/// <remarks>
/// The optimizer, clipping, zeroing and a checkpoint each become one operation: the measured gain is at <see cref="FusedAdamW"/>.
/// Backward adds into the gradient views in place.
/// In bfloat16 the model reads a rounded copy, and each micro-batch's gradients are added to the float32 ones before the next.
/// </remarks>
internal sealed class FlatParameters : IDisposable
{
    private const long Alignment = 16; // elements: 64 bytes of float32
    private const long NormBlock = 4096;
    private readonly List<(string Name, long Offset, long[] Shape)> layout = [];
    private readonly Tensor? roundedWeights;
    private readonly Tensor? roundedGradient;

    /// <summary>Copies a model's weights.</summary>
    /// <param name="source">The model to copy; it stays as it is.</param>
    /// <param name="precision">Precision of forward and backward.</param>
    /// <param name="decayVectors">Whether vectors decay like matrices.</param>
    public FlatParameters(CausalLanguageModel source, ScalarType precision, bool decayVectors)
    {
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        (var size, Decayed) = LayOut(source.Weights, decayVectors);
        var master = precision == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Weights = CreateFlat(master);
        Gradient = CreateFlat(master);
        CopyWeights(source);
        if (precision != master)
        {
            roundedWeights = CreateFlat(precision);
            roundedGradient = CreateFlat(precision);
            roundedWeights.copy_(Weights);
        }

        Model = CausalLanguageModel.Create(source.Configuration, CreateViews(roundedWeights ?? Weights));
        AttachGradients(Model, CreateViews(roundedGradient ?? Gradient));
        var unembedding = Model.Weights.First(weight => ReferenceEquals(weight.Value, Model.Unembedding)).Key;
        UnembeddingGradient = CreateViews(Gradient)[unembedding].DetachFromDisposeScope();

        Tensor CreateFlat(ScalarType kind) => zeros(size, kind, source.Device).DetachFromDisposeScope();
    }

    /// <summary>The weights, [n], float32 (float64 for a float64 training).</summary>
    public Tensor Weights { get; }

    /// <summary>Their gradients, [n].</summary>
    public Tensor Gradient { get; }

    /// <summary>How many leading elements decay.</summary>
    public long Decayed { get; }

    /// <summary>The model over these weights; its weights are leaves.</summary>
    public CausalLanguageModel Model { get; }

    /// <summary>The unembedding's part of <see cref="Gradient"/>.</summary>
    public Tensor UnembeddingGradient { get; }

    /// <summary>Views of the weights by name. The caller's scope owns them.</summary>
    public Dictionary<string, Tensor> CreateViews() => CreateViews(Weights);

    /// <summary>Views of a flat tensor by weight name. The caller's scope owns them.</summary>
    public Dictionary<string, Tensor> CreateViews(Tensor flat)
    {
        var views = new Dictionary<string, Tensor>(layout.Count);
        foreach (var (name, offset, shape) in layout)
        {
            var count = shape.Aggregate(1L, (product, size) => product * size);
            views.Add(name, flat.narrow(0, offset, count).view(shape));
        }

        return views;
    }

    /// <summary>Adds a micro-batch's gradients to the float32 ones, when they are apart.</summary>
    public void GatherGradient()
    {
        if (roundedGradient is not null)
        {
            Gradient.AddInPlace(roundedGradient);
            roundedGradient.zero_();
        }
    }

    /// <summary>Gives the model the weights as they are now, when it reads a copy.</summary>
    public void PublishWeights() => roundedWeights?.copy_(Weights);

    /// <summary>Computes the norm of the gradient; by blocks, as one float32 sum over a billion squares would stall.</summary>
    public double ComputeGradientNorm()
    {
        using var scope = NewDisposeScope();
        var blocks = Gradient.view(-1, NormBlock);
        var sums = blocks.mul(blocks).sum([1L]); // [n / block]
        return sums.to(ScalarType.Float64).sum().sqrt().item<double>();
    }

    /// <summary>Frees everything, the model included.</summary>
    public void Dispose()
    {
        Model.Dispose();
        UnembeddingGradient.Dispose();
        Weights.Dispose();
        Gradient.Dispose();
        roundedWeights?.Dispose();
        roundedGradient?.Dispose();
    }

    private void CopyWeights(CausalLanguageModel source)
    {
        foreach (var (name, view) in CreateViews(Weights))
        {
            view.copy_(source.Weights[name]);
        }
    }

    private static void AttachGradients(CausalLanguageModel model, Dictionary<string, Tensor> gradients)
    {
        foreach (var (name, weight) in model.Weights)
        {
            weight.requires_grad_(true).grad = gradients[name];
        }
    }

    /// <summary>Fills the layout: what decays, then the vectors that do not.</summary>
    private (long Size, long Decayed) LayOut(IReadOnlyDictionary<string, Tensor> weights, bool decayVectors)
    {
        var parts = weights.ToLookup(weight => decayVectors || weight.Value.dim() >= 2);
        var decayed = Append(0, parts[true]);
        var size = RoundUp(Append(decayed, parts[false]), NormBlock);
        return (size, parts[false].Any() ? decayed : size);
    }

    private long Append(long offset, IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        foreach (var (name, weight) in weights)
        {
            layout.Add((name, offset, weight.shape));
            offset = RoundUp(offset + weight.numel(), Alignment);
        }

        return offset;
    }

    private static long RoundUp(long value, long multiple) => (value + multiple - 1) / multiple * multiple;
}
