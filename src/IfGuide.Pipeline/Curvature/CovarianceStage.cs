using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Randomness;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Curvature;

/// <summary>Activation and gradient covariance sums over one shard.</summary>
internal sealed class CovarianceStage : IRunStage
{
    public Stage Stage => Stage.Covariance;

    public string Folder => "covariance";

    public bool NeedsDevice => true;

    public IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner)
    {
        if (planner.Names.HasEigenbasis)
        {
            yield return planner.CreateShards(Stage, planner.Names.Covariance);
        }
    }

    public string ArtifactOf(ArtifactNames names, UnitReference unit) => names.Covariance(UnitNames.ShardOf(unit.Name));

    public void Compute(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var model = ProxyModel.Of(context);
        using var sums = new CovarianceAccumulator(model);
        var labels = FactorLabels.Of(context, RandomPurpose.CovarianceLabels);
        foreach (var batch in ShardBatches.OfFactorSample(context))
        {
            sums.Add(batch, labels);
        }

        var activations = Name(sums.ActivationSums(), FactorNames.ActivationCovariance);
        var gradients = Name(sums.GradientSums(), FactorNames.GradientCovariance);
        FactorFile.Put(context, activations.Concat(gradients), (FactorNames.AttendedTokens, sums.AttendedTokens));
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Name(IReadOnlyDictionary<string, Tensor> sums, string kind) =>
        sums.Select(sum => KeyValuePair.Create(FactorNames.Of(kind, sum.Key), sum.Value));
}
