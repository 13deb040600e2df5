using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Randomness;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Runs;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Curvature;

/// <summary>Activation and gradient covariance sums over one shard.</summary>
internal static class CovarianceUnit
{
    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var model = ProxyModel.Of(context);
        using var sums = new CovarianceAccumulator(model);
        var labels = FactorLabels.Of(context, RandomPurpose.CovarianceLabels);
        foreach (var batch in ShardBatches.OfFactorSample(context))
        {
            sums.Add(batch, labels);
        }

        var tensors = sums.ActivationSums().Select(sum => KeyValuePair.Create(FactorNames.Of(FactorNames.ActivationCovariance, sum.Key), sum.Value))
            .Concat(sums.GradientSums().Select(sum => KeyValuePair.Create(FactorNames.Of(FactorNames.GradientCovariance, sum.Key), sum.Value)));
        FactorFile.Put(context, tensors, (FactorNames.AttendedTokens, sums.AttendedTokens));
    }
}
