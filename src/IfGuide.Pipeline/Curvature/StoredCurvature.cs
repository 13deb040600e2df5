using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Preconditioning;
using IfGuide.Pipeline.Methods;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Curvature;

/// <summary>The stored curvature of one input group's layers.</summary>
internal sealed class StoredCurvature : IDisposable
{
    private readonly RunContext context;
    private readonly string group;
    private readonly FactorSum? lambda;
    private readonly long sequences;

    /// <summary>Adds the shards' lambda sums in shard order, in float64.</summary>
    public StoredCurvature(RunContext context, string group)
    {
        this.context = context;
        this.group = group;
        Layers = ProxyModel.LayersOf(context, group);
        lambda = context.Names.HasLambda ? new FactorSum() : null;
        sequences = lambda is null ? 0 : AddLambda(lambda);
    }

    /// <summary>The group's layers.</summary>
    public IReadOnlyList<string> Layers { get; }

    /// <summary>Multiplies a layer's gradient by the inverse of its damped curvature, as the run says.</summary>
    /// <returns>The caller's scope owns the direction.</returns>
    public PreconditionedGradient Precondition(string layer, Tensor gradient)
    {
        var factors = context.Specification.Factors;
        return factors.Curvature().Precondition(layer, gradient, Load(layer), factors.DampingRule());
    }

    public void Dispose() => lambda?.Dispose();

    private LayerFactors Load(string layer)
    {
        Eigenpairs? activation = null, gradient = null;
        if (context.Names.HasEigenbasis)
        {
            using var basis = SafetensorsFile.Open(context.Store.Fetch(context.Names.Eigenbasis(group)));
            activation = new Eigenpairs(
                Load(basis, FactorNames.Of(FactorNames.ActivationEigenvalues, group)),
                Load(basis, FactorNames.Of(FactorNames.ActivationEigenvectors, group)));
            gradient = new Eigenpairs(
                Load(basis, FactorNames.Of(FactorNames.GradientEigenvalues, layer)),
                Load(basis, FactorNames.Of(FactorNames.GradientEigenvectors, layer)));
        }

        var sum = lambda?.Totals[FactorNames.Of(FactorNames.Lambda, layer)];
        return new LayerFactors(activation, gradient, sum, sequences);
    }

    private long AddLambda(FactorSum sum)
    {
        var count = 0L;
        for (var shard = 0; shard < context.Inputs.Shards; shard++)
        {
            using var part = NewDisposeScope();
            using var file = SafetensorsFile.Open(context.Store.Fetch(context.Names.Lambda(shard)));
            sum.Add(Layers.Select(layer => FactorNames.Of(FactorNames.Lambda, layer)).ToDictionary(name => name, name => Load(file, name)));
            count += FactorFile.Count(file, FactorNames.Sequences);
            context.Report("shards", shard + 1, context.Inputs.Shards);
        }

        return count;
    }

    private Tensor Load(SafetensorsFile file, string name) => TensorArchive.Load(file, name, context.Session.Device);
}
