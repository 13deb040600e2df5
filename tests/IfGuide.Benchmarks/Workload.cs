using IfGuide.Numerics;
using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace IfGuide.Benchmarks;

/// <summary>A model with random weights, batches of random tokens, and factors of the right shapes.</summary>
internal sealed class Workload : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public Workload(Shape shape, ScalarType precision, Device device)
    {
        Shape = shape;
        random.manual_seed(1);
        using var wide = CausalLanguageModel.Create(shape.Configuration, CausalLanguageModel.InitialWeights(shape.Configuration, 1, device));
        Model = wide.Convert(precision, device);
        for (var first = 0; first < shape.Sequences; first += shape.BatchSequences)
        {
            var count = Math.Min(shape.BatchSequences, shape.Sequences - first);
            var ids = randint(1, shape.Configuration.VocabularySize, [count, shape.Tokens], dtype: ScalarType.Int64, device: device);
            Batches.Add(new TokenBatch(ids, ids, null, [.. Enumerable.Range(first, count).Select(index => (long)index)]));
        }

        foreach (var layer in Model.TrackedLayers)
        {
            Direction.Add(layer.Name, randn(layer.Outputs, layer.Inputs, dtype: precision, device: device) * 0.01);
        }
    }

    public Shape Shape { get; }

    public CausalLanguageModel Model { get; }

    public List<TokenBatch> Batches { get; } = [];

    public Dictionary<string, Tensor> Direction { get; } = new(StringComparer.Ordinal);

    /// <summary>So many directions.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Directions(int count) => [.. Enumerable.Repeat(Direction, count)];

    /// <summary>Orthonormal matrices in place of eigenvectors: their products cost the same.</summary>
    public Dictionary<string, LayerBasis> Basis()
    {
        var activations = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        return Model.TrackedLayers.ToDictionary(layer => layer.Name, layer =>
        {
            if (!activations.TryGetValue(layer.InputGroup, out var activation))
            {
                activations.Add(layer.InputGroup, activation = Orthonormal(layer.Inputs));
            }

            return new LayerBasis(activation, Orthonormal(layer.Outputs));
        });
    }

    public void Dispose()
    {
        Model.Dispose();
        scope.Dispose();
    }

    private Tensor Orthonormal(long size) => linalg.qr(randn(size, size, device: Model.Device)).Q;
}
