namespace IfGuide.Numerics.Selection;

/// <summary>What the ranking needs of every row: 20 bytes a row, whatever its length.</summary>
internal sealed class RowStatistics
{
    private readonly int[] counts;
    private readonly double[] sums;
    private readonly int[] spanTokens;

    private RowStatistics(long rows)
    {
        counts = new int[rows];
        sums = new double[rows];
        spanTokens = new int[rows];
    }

    /// <summary>Candidates per row.</summary>
    public ReadOnlySpan<int> Counts => counts;

    /// <summary>Sum of the candidates' scores per row; float32 numbers for <see cref="SelectionKind.Reference"/>.</summary>
    public ReadOnlySpan<double> Sums => sums;

    /// <summary>Tokens per row that all its spans together select.</summary>
    public ReadOnlySpan<int> SpanTokens => spanTokens;

    /// <summary>Collects the statistics in one pass.</summary>
    public static RowStatistics Collect(IScoreShards shards, float threshold, SelectionOptions options)
    {
        long rows = 0;
        for (var shard = 0; shard < shards.Count; shard++)
        {
            rows += shards.Shape(shard).Sequences;
        }

        var statistics = new RowStatistics(rows);
        long first = 0;
        for (var shard = 0; shard < shards.Count; shard++)
        {
            var (sequences, length) = shards.Shape(shard);
            var start = first;
            var candidates = new int[length];
            shards.Read(shard, 0, sequences, (row, scores, labelled) =>
            {
                for (var r = 0; r < scores.Length / length; r++)
                {
                    var range = (r * length)..((r + 1) * length);
                    statistics.Add(start + row + r, scores[range], labelled.IsEmpty ? labelled : labelled[range], threshold, options, candidates);
                }
            });
            first += sequences;
        }

        return statistics;
    }

    private void Add(long row, ReadOnlySpan<float> scores, ReadOnlySpan<bool> labelled, float threshold, SelectionOptions options, int[] buffer)
    {
        var candidates = buffer.AsSpan(0, CandidateScan.Find(scores, labelled, threshold, options.Kind, buffer));
        if (candidates.IsEmpty)
        {
            return;
        }

        counts[row] = candidates.Length;
        spanTokens[row] = (int)SpanWalk.Run(candidates, labelled, scores.Length, options, long.MaxValue, []).Selected;
        if (options.Kind == SelectionKind.Reference)
        {
            sums[row] = TorchRowSum.Above(scores, threshold);
            return;
        }

        foreach (var candidate in candidates)
        {
            sums[row] += scores[candidate];
        }
    }
}
