using IfGuide.Numerics.Influence;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Curvature;
using IfGuide.Pipeline.Runs;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Influence;

/// <summary>The summed gradient of one query set.</summary>
internal static class QueryGradientUnit
{
    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var queries = context.Names.QueriesOf(context.Unit);
        using var sums = new QueryGradientAccumulator(ProxyModel.Of(context));
        foreach (var batch in ShardBatches.OfQueries(context, context.Work, queries))
        {
            sums.Add(batch);
        }

        var tensors = sums.Sums.Select(sum => KeyValuePair.Create(FactorNames.Of(FactorNames.Query, sum.Key), sum.Value));
        FactorFile.Put(context, tensors, (FactorNames.Sequences, sums.Counts.Sequences), (FactorNames.LossTokens, sums.Counts.LossTokens));
    }
}
