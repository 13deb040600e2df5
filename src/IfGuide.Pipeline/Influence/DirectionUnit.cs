using System.Globalization;
using IfGuide.Numerics.Influence;
using IfGuide.Pipeline.Curvature;
using IfGuide.Pipeline.Methods;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Influence;

/// <summary>The contrast of the two query gradients (paper Eq. 6), or without contrast the toxic one alone, preconditioned, for the layers of one input group.</summary>
internal static class DirectionUnit
{
    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var (behaviour, group) = context.Part;
        using var toxic = SafetensorsFile.Open(context.Store.Fetch(context.Names.QueryGradient(behaviour.Queries.Toxic)));
        using var nontoxic = SafetensorsFile.Open(context.Store.Fetch(context.Names.QueryGradient(behaviour.Queries.Nontoxic)));
        using var curvature = new StoredCurvature(context, group);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var metadata = new List<(string, object)>();
        foreach (var layer in curvature.Layers)
        {
            using var part = NewDisposeScope();
            var (name, normalisation) = (FactorNames.Of(FactorNames.Query, layer), context.Specification.Scores.Normalisation());
            var query = context.Specification.Scores.Contrast ?? true
                ? QueryContrast.Difference(Load(context, toxic, name), Counts(toxic), Load(context, nontoxic, name), Counts(nontoxic), normalisation)
                : QueryContrast.Alone(Load(context, toxic, name), Counts(toxic), normalisation);
            var result = curvature.Precondition(layer, query);
            tensors.Add(FactorNames.Of(FactorNames.Preconditioned, layer), result.Direction.MoveToOuterDisposeScope());
            metadata.Add((FactorNames.Of(FactorNames.Damping, layer), result.Damping.ToString("R", CultureInfo.InvariantCulture)));
        }

        FactorFile.Put(context, tensors, [.. metadata]);
    }

    private static QueryCounts Counts(SafetensorsFile file) => new(FactorFile.Count(file, FactorNames.Sequences), FactorFile.Count(file, FactorNames.LossTokens));

    private static Tensor Load(UnitContext context, SafetensorsFile file, string name) => TensorArchive.Load(file, name, context.Session.Device);
}
