using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>The bases of one layer's two factors. The tensors stay their owner's.</summary>
/// <param name="Activation">Q_a, [in (+ 1), in (+ 1)], eigenvectors in columns.</param>
/// <param name="Gradient">Q_g, [out, out].</param>
public sealed record LayerBasis(Tensor Activation, Tensor Gradient);

/// <summary>Sums over sequences of the squared gradient in each layer's eigenbasis, every layer in its cheapest order of products.</summary>
public sealed class LambdaAccumulator : IDisposable
{
    private readonly CausalLanguageModel model;
    private readonly NextTokenHead head;
    private readonly List<Tensor> bases = [];
    private readonly Dictionary<string, LayerLambda> lambdas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> groupOutputs;

    /// <summary>Starts at zero.</summary>
    /// <param name="model">Stays the caller's; must outlive this object.</param>
    /// <param name="basis">Both bases of every tracked layer, by layer name, any floating type; copied. Null: the diagonal approximation, squares of the gradient itself.</param>
    /// <exception cref="ArgumentException">A layer's bases are missing or of the wrong size.</exception>
    public LambdaAccumulator(CausalLanguageModel model, IReadOnlyDictionary<string, LayerBasis>? basis)
    {
        this.model = model;
        head = new NextTokenHead(model.Unembedding);
        groupOutputs = model.TrackedLayers.GroupBy(layer => layer.InputGroup).ToDictionary(group => group.Key, group => group.Sum(layer => layer.Outputs), StringComparer.Ordinal);
        var precision = AccumulationPrecision.For(model.Precision);
        var activationBases = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var layer in model.TrackedLayers)
        {
            var own = basis is null ? null : basis.GetValueOrDefault(layer.Name)
                ?? throw new ArgumentException($"No eigenvectors were given for layer '{layer.Name}'; expected those of every tracked layer.", nameof(basis));
            if (own is not null && !activationBases.ContainsKey(layer.InputGroup))
            {
                activationBases.Add(layer.InputGroup, Own(own.Activation, precision));
            }

            lambdas.Add(layer.Name, new LayerLambda(layer.Weight.shape[1], layer.Outputs, layer.HasBias,
                own is null ? null : activationBases[layer.InputGroup], own is null ? null : Own(own.Gradient, precision), precision, model.Device));
        }
    }

    /// <summary>Sequences so far, those without any label included.</summary>
    public long SequenceCount { get; private set; }

    /// <summary>Order of products for every layer in place of the cheapest; for tests and measurements.</summary>
    public RotationOrder? ForcedOrder { get; init; }

    /// <summary>Adds the sequences of a batch.</summary>
    /// <param name="batch">Tensors on the model's device.</param>
    /// <param name="labels">Whose labels the gradients are taken at.</param>
    /// <exception cref="NonFiniteException">A weight, an activation, a gradient or a sum is not finite; the sums are then useless.</exception>
    public void Add(TokenBatch batch, LabelSource labels)
    {
        using var scope = NewDisposeScope();
        using var pass = CapturedPass.Run(model, head, batch, labels);
        (string Group, Tensor Activations)? shared = null;
        foreach (var (layer, input, gradient) in pass.Layers)
        {
            var lambda = lambdas[layer.Name];
            var order = ForcedOrder ?? RotationOrders.Cheapest(input.shape[1], layer.Inputs, layer.Outputs, groupOutputs[layer.InputGroup]);
            if (bases.Count > 0 && RotationOrders.RotatesActivations(order) && shared?.Group != layer.InputGroup)
            {
                shared?.Activations.Dispose();
                shared = (layer.InputGroup, lambda.RotateActivations(input));
            }

            lambda.Add(input, gradient, order, shared?.Group == layer.InputGroup ? shared?.Activations : null);
        }

        SequenceCount += batch.InputIds.shape[0];
        pass.ThrowIfNotFinite("lambda", lambdas.Select(entry => (entry.Key, entry.Value.Sum)));
    }

    /// <summary>Σ over sequences, by layer, [out, in (+ 1)]; owned by this object. Divide by <see cref="SequenceCount"/> for the mean.</summary>
    public IReadOnlyDictionary<string, Tensor> Sums() => lambdas.ToDictionary(entry => entry.Key, entry => entry.Value.Sum, StringComparer.Ordinal);

    /// <summary>Frees the sums and the copies of the bases.</summary>
    public void Dispose()
    {
        head.Dispose();
        foreach (var lambda in lambdas.Values)
        {
            lambda.Dispose();
        }

        bases.ForEach(basis => basis.Dispose());
    }

    private Tensor Own(Tensor basis, ScalarType precision)
    {
        using var scope = NewDisposeScope();
        var copy = basis.detach().to(precision, model.Device, copy: true).contiguous().DetachFromDisposeScope();
        bases.Add(copy);
        return copy;
    }
}
