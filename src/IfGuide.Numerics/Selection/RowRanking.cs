namespace IfGuide.Numerics.Selection;

/// <summary>Ranks rows by the harmonic mean of their min-max normalised count and sum of candidates (paper Alg. 1).</summary>
internal static class RowRanking
{
    private const float Epsilon = 1e-6f;

    /// <summary>Rank score of every row.</summary>
    public static double[] Scores(RowStatistics rows, SelectionKind kind)
    {
        var ranks = new double[rows.Counts.Length];
        var (lowestCount, highestCount) = Range(rows.Counts);
        var (lowestSum, highestSum) = Range(rows.Sums);
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = kind == SelectionKind.Reference
                ? ReferenceHarmonic(
                    ReferenceMinMax(rows.Counts[i], lowestCount, highestCount),
                    ReferenceMinMax((float)rows.Sums[i], (float)lowestSum, (float)highestSum))
                : Harmonic(MinMax(rows.Counts[i], lowestCount, highestCount), MinMax(rows.Sums[i], lowestSum, highestSum));
        }

        return ranks;
    }

    /// <summary>Rows by descending rank score, ties by ascending index.</summary>
    public static long[] Order(double[] ranks)
    {
        var order = new long[ranks.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => ranks[b].CompareTo(ranks[a]) is var byRank && byRank != 0 ? byRank : a.CompareTo(b));
        return order;
    }

    // The authors' arithmetic: float32 throughout, with an absolute 1e-6 that flattens sums of small scores.
    private static float ReferenceMinMax(float value, float lowest, float highest) => (value - lowest) / (highest - lowest + Epsilon);

    private static float ReferenceHarmonic(float a, float b) => 2 * a * b / (a + b + Epsilon);

    // Free of scale: 0 / 0 counts as 0, nothing else needs an epsilon.
    private static double MinMax(double value, double lowest, double highest) => highest > lowest ? (value - lowest) / (highest - lowest) : 0;

    private static double Harmonic(double a, double b) => a + b > 0 ? 2 * a * b / (a + b) : 0;

    private static (T Lowest, T Highest) Range<T>(ReadOnlySpan<T> values)
        where T : IComparable<T>
    {
        var (lowest, highest) = (values[0], values[0]);
        foreach (var value in values)
        {
            lowest = value.CompareTo(lowest) < 0 ? value : lowest;
            highest = value.CompareTo(highest) > 0 ? value : highest;
        }

        return (lowest, highest);
    }
}
