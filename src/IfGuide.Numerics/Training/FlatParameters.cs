using IfGuide.Numerics.Models;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>All weights of a model as views of one flat tensor, and their gradients as views of another.</summary>
/// <remarks>
/// The optimizer, clipping, zeroing and a checkpoint each become one operation. Backward adds into the gradient views in place.
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
        long size = 0;
        foreach (var (name, weight) in source.Weights.OrderBy(entry => !decayVectors && entry.Value.dim() < 2))
        {
            if (!decayVectors && weight.dim() < 2 && Decayed == 0)
            {
                Decayed = size;
            }

            layout.Add((name, size, weight.shape));
            size = RoundUp(size + weight.numel(), Alignment);
        }

        size = RoundUp(size, NormBlock);
        Decayed = Decayed == 0 ? size : Decayed;
        var master = precision == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor Flat(ScalarType kind) => zeros(size, kind, source.Device).DetachFromDisposeScope();
        (Weights, Gradient) = (Flat(master), Flat(master));
        foreach (var (name, view) in Views(Weights))
        {
            view.copy_(source.Weights[name]);
        }

        if (precision != master)
        {
            (roundedWeights, roundedGradient) = (Flat(precision), Flat(precision));
            roundedWeights.copy_(Weights);
        }

        Model = CausalLanguageModel.Create(source.Configuration, Views(roundedWeights ?? Weights));
        var gradients = Views(roundedGradient ?? Gradient);
        foreach (var (name, weight) in Model.Weights)
        {
            weight.requires_grad_(true).grad = gradients[name];
        }

        var unembedding = Model.Weights.First(weight => ReferenceEquals(weight.Value, Model.Unembedding)).Key;
        UnembeddingGradient = Views(Gradient)[unembedding].DetachFromDisposeScope();
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

    /// <summary>Views of a flat tensor by weight name. The caller's scope owns them.</summary>
    public Dictionary<string, Tensor> Views(Tensor flat) => layout.ToDictionary(
        entry => entry.Name, entry => flat.narrow(0, entry.Offset, entry.Shape.Aggregate(1L, (product, size) => product * size)).view(entry.Shape));

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

    /// <summary>Norm of the gradient; by blocks, as one float32 sum over a billion squares would stall.</summary>
    public double GradientNorm()
    {
        using var scope = NewDisposeScope();
        var blocks = Gradient.view(-1, NormBlock);
        return blocks.mul(blocks).sum([1L]).to(ScalarType.Float64).sum().sqrt().item<double>();
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

    private static long RoundUp(long value, long multiple) => (value + multiple - 1) / multiple * multiple;
}
