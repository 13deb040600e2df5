using IfGuide.Numerics.Selection;

namespace IfGuide.Numerics.Tests.Selection;

/// <summary>Alg. 1 as one reads it: sort for the quantile, then loops over rows, candidates and window.</summary>
internal static class BruteForceSelection
{
    public static (bool[] Mask, float Threshold) Run(float[] scores, int length, bool[]? labelled, SelectionOptions options)
    {
        var aligned = options.Kind == SelectionKind.LabelAligned;
        bool Counts(int i) => !aligned || (i % length != 0 && (labelled is null || labelled[i]));
        var sorted = Enumerable.Range(0, scores.Length).Where(Counts).Select(i => scores[i]).Order().ToArray();
        var position = (sorted.Length - 1) * options.Quantile;
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        double difference = sorted[above] - sorted[below];
        var fraction = position - below;
        var threshold = (float)(fraction >= 0.5 ? sorted[above] - difference * (1 - fraction) : sorted[below] + difference * fraction);

        var rows = scores.Length / length;
        var candidates = Enumerable.Range(0, rows)
            .Select(r => Enumerable.Range(0, length).Where(t => Counts(r * length + t) && scores[r * length + t] > threshold).ToArray()).ToArray();
        var ranks = aligned ? Ranks(scores, length, candidates) : ReferenceRanks(scores, length, candidates);
        var mask = new bool[scores.Length];
        long used = 0;
        foreach (var row in Enumerable.Range(0, rows).OrderByDescending(r => ranks[r]).ThenBy(r => r))
        {
            foreach (var candidate in candidates[row])
            {
                var span = Enumerable.Range(candidate - options.Window, 2 * options.Window + 1)
                    .Where(t => t >= 0 && t < length && Counts(row * length + t) && !mask[row * length + t]).ToArray();
                if (used + span.Length > options.Budget)
                {
                    return (mask, threshold);
                }

                used += span.Length;
                foreach (var t in span)
                {
                    mask[row * length + t] = true;
                }
            }
        }

        return (mask, threshold);
    }

    private static double[] Ranks(float[] scores, int length, int[][] candidates)
    {
        var counts = Normalise([.. candidates.Select(c => (double)c.Length)]);
        var sums = Normalise([.. candidates.Select((c, r) => c.Aggregate(0.0, (sum, t) => sum + scores[r * length + t]))]);
        return [.. counts.Zip(sums, (a, b) => a + b > 0 ? 2 * a * b / (a + b) : 0)];
    }

    private static double[] Normalise(double[] values) =>
        [.. values.Select(v => values.Max() > values.Min() ? (v - values.Min()) / (values.Max() - values.Min()) : 0)];

    private static double[] ReferenceRanks(float[] scores, int length, int[][] candidates)
    {
        var counts = ReferenceNormalise([.. candidates.Select(c => (float)c.Length)]);
        var sums = ReferenceNormalise([.. candidates.Select((c, r) => TorchOrderSum(scores.AsSpan(r * length, length), c))]);
        return [.. counts.Zip(sums, (a, b) => (double)(2 * a * b / (a + b + 1e-6f)))];
    }

    private static float[] ReferenceNormalise(float[] values) => [.. values.Select(v => (v - values.Min()) / (values.Max() - values.Min() + 1e-6f))];

    /// <summary>Rows of up to 63 tokens: no accumulator is flushed, so torch's order is lane by lane of each of the four interleaved vectors.</summary>
    private static float TorchOrderSum(ReadOnlySpan<float> row, int[] candidates)
    {
        Assert.True(row.Length < 64);
        var lanes = row.Length < 8 ? 1 : 8;
        var vectors = row.Length / lanes;
        var interleaved = vectors / 4 * 4;
        var sums = new float[4, lanes];
        var total = 0f;
        foreach (var t in candidates.OrderBy(t => t / lanes >= interleaved))
        {
            var vector = t / lanes;
            if (vector < interleaved)
            {
                sums[vector % 4, t % lanes] += row[t];
            }
        }

        foreach (var t in candidates.Where(t => t / lanes >= interleaved && t / lanes < vectors))
        {
            sums[0, t % lanes] += row[t];
        }

        foreach (var t in candidates.Where(t => t >= vectors * lanes))
        {
            total += row[t];
        }

        for (var lane = 0; lane < lanes; lane++)
        {
            total += sums[0, lane] + sums[1, lane] + sums[2, lane] + sums[3, lane];
        }

        return total;
    }
}
