using IfGuide.Numerics.Curvature;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Curvature;

/// <summary>Adds the shards' covariances of one input group in shard order, in float64, and decomposes their means.</summary>
internal static class EigenbasisUnit
{
    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var group = context.Unit.Name;
        var layers = LayersOf(context, group);
        string[] names = [FactorNames.Of(FactorNames.ActivationCovariance, group), .. layers.Select(layer => FactorNames.Of(FactorNames.GradientCovariance, layer))];
        using var sum = new FactorSum();
        var tokens = 0L;
        for (var shard = 0; shard < context.Inputs.Shards; shard++)
        {
            using var part = NewDisposeScope();
            using var file = SafetensorsFile.Open(context.Store.Fetch(context.Names.Covariance(shard)));
            sum.Add(names.ToDictionary(name => name, name => TensorArchive.Load(file, name, context.Session.Device)));
            tokens += FactorFile.Count(file, FactorNames.AttendedTokens);
            context.Report("shards", shard + 1, context.Inputs.Shards);
        }

        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var pairs = Eigenbasis.Decompose(name, sum.Totals[name], tokens);
            tensors.Add(name, sum.Totals[name].to_type(ScalarType.Float32));
            tensors.Add(name.Replace("_covariance/", "_eigenvalues/", StringComparison.Ordinal), pairs.Values);
            tensors.Add(name.Replace("_covariance/", "_eigenvectors/", StringComparison.Ordinal), pairs.Vectors.to_type(ScalarType.Float32));
            context.Report("matrices", tensors.Count / 3, names.Length);
        }

        FactorFile.Put(context, tensors, (FactorNames.AttendedTokens, tokens), (FactorNames.Layers, string.Join(' ', layers)));
    }

    /// <summary>Tracked layers that read the same activation as the group's first.</summary>
    public static IReadOnlyList<string> LayersOf(RunContext context, string group) =>
        [.. ProxyModel.Of(context).TrackedLayers.Where(layer => layer.InputGroup == group).Select(layer => layer.Name)];
}
