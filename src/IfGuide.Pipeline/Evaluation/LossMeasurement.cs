using IfGuide.Numerics;
using IfGuide.Numerics.Evaluation;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Npy;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Evaluation;

/// <summary>Losses that tell what a model has not learned; intervals resample sequences.</summary>
internal static class LossMeasurement
{
    private const int MostSequences = 1024;

    /// <summary>Mean loss per continuation token of a query set, nats; null: there are no queries.</summary>
    public static Estimate? OfQueries(EvaluationContext context, CausalLanguageModel model, PreparedQueries queries) =>
        queries.Sequences == 0 ? null : Mean(context, model, ShardBatches.OfQueries(context, context.Work, queries), batch => batch.Labels.ne(TokenBatch.NoLabel));

    /// <summary>Mean loss of the selected tokens, nats, in at most 1,024 evenly spaced sequences that hold some; null: none do.</summary>
    public static Estimate? OfSelectedTokens(EvaluationContext context, CausalLanguageModel model, Func<int, string> mask)
    {
        var length = context.Inputs.SequenceLength;
        var masks = Enumerable.Range(0, context.Inputs.Shards).Select(shard => NpyFile.Open(context.Store.Fetch(mask(shard)))).ToArray();
        try
        {
            bool[] Row(long sequence)
            {
                var (shard, index) = context.Inputs.Place(sequence * length);
                return masks[shard].RowSpan<bool>(index / length, 1).ToArray();
            }

            var holding = Enumerable.Range(0, checked((int)context.Inputs.Sequences)).Where(sequence => Row(sequence).AsSpan(1).Contains(true)).Select(sequence => (long)sequence).ToArray();
            var step = Math.Max(1, (holding.Length + MostSequences - 1) / MostSequences);
            var chosen = holding.Where((_, index) => index % step == 0).ToHashSet();
            return Mean(context, model, ShardBatches.OfSequences(context, context.Work, chosen), batch => tensor(batch.SequenceIndices.SelectMany(Row).ToArray()).reshape(batch.Labels.shape).to(batch.Labels.device));
        }
        finally
        {
            foreach (var file in masks)
            {
                file.Dispose();
            }
        }
    }

    private static Estimate? Mean(EvaluationContext context, CausalLanguageModel model, IEnumerable<TokenBatch> batches, Func<TokenBatch, Tensor> counted)
    {
        List<double> losses = [], counts = [];
        using var head = new NextTokenHead(model.Unembedding);
        using var gradients = no_grad();
        foreach (var batch in batches)
        {
            using var part = NewDisposeScope();
            var tokens = head.TokenLosses(model.Hidden(batch.InputIds, batch.AttentionMask, ForwardPass.Plain).Value, batch.Labels).to(ScalarType.Float64);
            var chosen = counted(batch).logical_and(batch.Labels.ne(TokenBatch.NoLabel)).to(ScalarType.Float64);
            chosen.select(1, 0).zero_(); // nothing predicts a sequence's first token
            losses.AddRange(tokens.mul(chosen).sum(1L).cpu().data<double>().ToArray());
            counts.AddRange(chosen.sum(1L).cpu().data<double>().ToArray());
        }

        return counts.Sum() == 0 ? null : EvaluateStage.Of(Bootstrap.EstimateRatio(losses.ToArray(), counts.ToArray(), context.Seed));
    }
}
