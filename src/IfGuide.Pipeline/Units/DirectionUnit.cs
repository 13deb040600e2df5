using System.Globalization;
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
        var (behaviour, group) = context.Part;
        using var toxic = SafetensorsFile.Open(context.Store.Fetch(context.Names.QueryGradient(behaviour.Queries.Toxic)));
        using var nontoxic = SafetensorsFile.Open(context.Store.Fetch(context.Names.QueryGradient(behaviour.Queries.Nontoxic)));
        using var curvature = new StoredCurvature(context, group);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var metadata = new List<(string, object)>();
        foreach (var layer in curvature.Layers)
        {
            using var part = NewDisposeScope();
            var contrast = QueryContrast.Difference(
                Load(context, toxic, FactorNames.Of(FactorNames.Query, layer)), Counts(toxic),
                Load(context, nontoxic, FactorNames.Of(FactorNames.Query, layer)), Counts(nontoxic),
                (GradientNormalisation)context.Specification.Scores.Normalise);
            var result = curvature.Precondition(layer, contrast);
            tensors.Add(FactorNames.Of(FactorNames.Preconditioned, layer), result.Direction.MoveToOuterDisposeScope());
            metadata.Add((FactorNames.Of(FactorNames.Damping, layer), result.Damping.ToString("R", CultureInfo.InvariantCulture)));
        }

        FactorFile.Put(context, tensors, [.. metadata]);
    }

    private static QueryCounts Counts(SafetensorsFile file) => new(FactorFile.Count(file, FactorNames.Sequences), FactorFile.Count(file, FactorNames.LossTokens));

    private static Tensor Load(UnitContext context, SafetensorsFile file, string name) => TensorArchive.Load(file, name, context.Session.Device);
}
