using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

internal static class Batches
{
    /// <summary>The batch in pieces of at most so many sequences.</summary>
    public static IEnumerable<TokenBatch> Split(this TokenBatch batch, int size)
    {
        var count = batch.SequenceIndices.Count;
        for (var start = 0; start < count; start += size)
        {
            yield return batch.Rows(start, Math.Min(size, count - start));
        }
    }

    public static TokenBatch Rows(this TokenBatch batch, int start, int count) => new(
        batch.InputIds.narrow(0, start, count),
        batch.Labels.narrow(0, start, count),
        batch.AttentionMask?.narrow(0, start, count),
        [.. batch.SequenceIndices.Skip(start).Take(count)]);

    /// <summary>The batch with padding appended on the right of every row.</summary>
    public static TokenBatch PadRight(this TokenBatch batch, long tokens)
    {
        var rows = batch.InputIds.shape[0];
        var mask = batch.AttentionMask ?? ones_like(batch.InputIds);
        return batch with
        {
            InputIds = cat([batch.InputIds, zeros(rows, tokens, ScalarType.Int64)], 1),
            Labels = cat([batch.Labels, full(rows, tokens, TokenBatch.NoLabel, ScalarType.Int64)], 1),
            AttentionMask = cat([mask, zeros(rows, tokens, ScalarType.Int64)], 1),
        };
    }

    /// <summary>The batch with padding put before every row.</summary>
    public static TokenBatch PadLeft(this TokenBatch batch, long tokens)
    {
        var rows = batch.InputIds.shape[0];
        var mask = batch.AttentionMask ?? ones_like(batch.InputIds);
        var labels = batch.Labels.clone();
        labels.select(1, 0).fill_(TokenBatch.NoLabel); // the first token has no predecessor; behind padding it must not get one
        return batch with
        {
            InputIds = cat([zeros(rows, tokens, ScalarType.Int64), batch.InputIds], 1),
            Labels = cat([full(rows, tokens, TokenBatch.NoLabel, ScalarType.Int64), labels], 1),
            AttentionMask = cat([zeros(rows, tokens, ScalarType.Int64), mask], 1),
        };
    }

    /// <summary>A range of columns of every row.</summary>
    public static TokenBatch Columns(this TokenBatch batch, long start, long count) => batch with
    {
        InputIds = batch.InputIds.narrow(1, start, count),
        Labels = batch.Labels.narrow(1, start, count),
        AttentionMask = batch.AttentionMask?.narrow(1, start, count),
    };
}
