using System.Globalization;
using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Influence;
using IfGuide.Pipeline.Execution;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Units;

/// <summary>The contrast of the two query gradients, preconditioned, for the layers of one input group (paper Eq. 6).</summary>
internal static class DirectionUnit
{
    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        using var toxic = SafetensorsFile.Open(context.Store.Fetch(context.Names.QueryGradient(context.Inputs.Toxic)));
        using var nontoxic = SafetensorsFile.Open(context.Store.Fetch(context.Names.QueryGradient(context.Inputs.Nontoxic)));
        var factors = context.Specification.Factors;
        var damping = factors.Damping is { } absolute ? DampingRule.Absolute(absolute) : DampingRule.Automatic;
        var layers = EigenbasisUnit.LayersOf(context, context.Unit.Name);
        using var totals = context.Names.HasLambda ? new FactorSum() : null;
        var sequences = totals is null ? 0 : AddLambda(context, layers, totals);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var metadata = new List<(string, object)>();
        foreach (var layer in layers)
        {
            using var part = NewDisposeScope();
            var contrast = QueryContrast.Difference(
                Load(context, toxic, FactorNames.Of(FactorNames.Query, layer)), Counts(toxic),
                Load(context, nontoxic, FactorNames.Of(FactorNames.Query, layer)), Counts(nontoxic),
                (GradientNormalisation)context.Specification.Scores.Normalise);
            var result = Preconditioner.Precondition((PreconditioningStrategy)factors.Strategy, layer, contrast, Curvature(context, layer, totals, sequences), damping);
            tensors.Add(FactorNames.Of(FactorNames.Preconditioned, layer), result.Direction.MoveToOuterDisposeScope());
            metadata.Add((FactorNames.Of(FactorNames.Damping, layer), result.Damping.ToString("R", CultureInfo.InvariantCulture)));
        }

        FactorFile.Put(context, tensors, [.. metadata]);
    }

    private static LayerCurvature Curvature(UnitContext context, string layer, FactorSum? lambda, long sequences)
    {
        Eigenpairs? activation = null, gradient = null;
        if (context.Names.HasEigenbasis)
        {
            using var basis = SafetensorsFile.Open(context.Store.Fetch(context.Names.Eigenbasis(context.Unit.Name)));
            activation = new Eigenpairs(
                Load(context, basis, FactorNames.Of(FactorNames.ActivationEigenvalues, context.Unit.Name)),
                Load(context, basis, FactorNames.Of(FactorNames.ActivationEigenvectors, context.Unit.Name)));
            gradient = new Eigenpairs(
                Load(context, basis, FactorNames.Of(FactorNames.GradientEigenvalues, layer)),
                Load(context, basis, FactorNames.Of(FactorNames.GradientEigenvectors, layer)));
        }

        return new LayerCurvature(activation, gradient, lambda?.Totals[FactorNames.Of(FactorNames.Lambda, layer)], sequences);
    }

    /// <summary>Adds the shards' lambda sums of these layers in shard order, in float64; returns over how many sequences they go.</summary>
    private static long AddLambda(UnitContext context, IReadOnlyList<string> layers, FactorSum sum)
    {
        var sequences = 0L;
        for (var shard = 0; shard < context.Inputs.Shards; shard++)
        {
            using var part = NewDisposeScope();
            using var file = SafetensorsFile.Open(context.Store.Fetch(context.Names.Lambda(shard)));
            sum.Add(layers.Select(layer => FactorNames.Of(FactorNames.Lambda, layer)).ToDictionary(name => name, name => Load(context, file, name)));
            sequences += FactorFile.Count(file, FactorNames.Sequences);
            context.Report("shards", shard + 1, context.Inputs.Shards);
        }

        return sequences;
    }

    private static QueryCounts Counts(SafetensorsFile file) => new(FactorFile.Count(file, FactorNames.Sequences), FactorFile.Count(file, FactorNames.LossTokens));

    private static Tensor Load(UnitContext context, SafetensorsFile file, string name) => TensorArchive.Load(file, name, context.Session.Device);
}
