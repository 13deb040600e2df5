using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Numerics.Curvature;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Curvature;

/// <summary>Adds the shards' covariances of one input group in shard order, in float64, and decomposes their means.</summary>
internal sealed class EigenbasisStage : IRunStage
{
    public Stage Stage => Stage.Eigenbasis;

    public string Folder => "eigenbasis";

    public bool NeedsDevice => true;

    public IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner)
    {
        if (planner.Names.HasEigenbasis)
        {
            yield return planner.CreateGroups(Stage, planner.Names.Eigenbasis);
        }
    }

    public string ArtifactOf(ArtifactNames names, UnitReference unit) => names.Eigenbasis(unit.Name);

    public void Compute(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var group = context.Unit.Name;
        var layers = ProxyModel.LayersOf(context, group);
        string[] names =
        [
            FactorNames.Of(FactorNames.ActivationCovariance, group),
            .. layers.Select(layer => FactorNames.Of(FactorNames.GradientCovariance, layer)),
        ];
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
}
