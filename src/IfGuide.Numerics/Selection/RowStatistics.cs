namespace IfGuide.Numerics.Selection;

/// <summary>What the ranking needs of every row under one threshold: 12 bytes a row and 4 for each window, whatever its length.</summary>
internal sealed class RowStatistics
{
    private readonly float threshold;
    private readonly IReadOnlyList<int> windows;
    private readonly int[] counts;
    private readonly double[] sums;
    private readonly int[][] spanTokens;

    private RowStatistics(long rows, float threshold, IReadOnlyList<int> windows)
    {
        this.threshold = threshold;
        this.windows = windows;
        counts = new int[rows];
        sums = new double[rows];
        spanTokens = [.. windows.Select(_ => new int[rows])];
    }

    /// <summary>Candidates per row.</summary>
    public ReadOnlySpan<int> Counts => counts;

    /// <summary>Sum of the candidates' scores per row; float32 numbers for <see cref="SelectionKind.Reference"/>.</summary>
    public ReadOnlySpan<double> Sums => sums;

    /// <summary>Tokens per row that all its spans together select.</summary>
    /// <param name="window">Index of the window.</param>
    public ReadOnlySpan<int> SpanTokens(int window) => spanTokens[window];

    /// <summary>Collects the statistics under every threshold in one pass.</summary>
    public static IReadOnlyList<RowStatistics> Collect(IScoreShards shards, IReadOnlyList<float> thresholds, SelectionGrid grid)
    {
        long rows = 0;
        for (var shard = 0; shard < shards.Count; shard++)
        {
            rows += shards.Shape(shard).Sequences;
        }

        var statistics = thresholds.Select(threshold => new RowStatistics(rows, threshold, grid.Windows)).ToArray();
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
                    foreach (var statistic in statistics)
                    {
                        statistic.Add(start + row + r, scores[range], labelled.IsEmpty ? labelled : labelled[range], grid.Kind, candidates);
                    }
                }
            });
            first += sequences;
        }

        return statistics;
    }

    private void Add(long row, ReadOnlySpan<float> scores, ReadOnlySpan<bool> labelled, SelectionKind kind, int[] buffer)
    {
        var candidates = buffer.AsSpan(0, CandidateScan.Find(scores, labelled, threshold, kind, buffer));
        if (candidates.IsEmpty)
        {
            return;
        }

        counts[row] = candidates.Length;
        for (var window = 0; window < windows.Count; window++)
        {
            spanTokens[window][row] = (int)SpanWalk.Run(candidates, labelled, scores.Length, windows[window], kind, long.MaxValue, []).Selected;
        }

        sums[row] = kind.Sum(scores, threshold, candidates);
    }
}
