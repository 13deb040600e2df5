namespace IfGuide.Numerics.Selection;

/// <summary>Ranks rows by the harmonic mean of their min-max normalised count and sum of candidates (paper Alg. 1).</summary>
internal static class RowRanking
{
    /// <summary>Rank score of every row.</summary>
    public static double[] Scores(RowStatistics rows, SelectionKind kind)
    {
        var ranks = new double[rows.Counts.Length];
        var (lowestCount, highestCount) = Range(rows.Counts);
        var (lowestSum, highestSum) = Range(rows.Sums);
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = kind.Rank((rows.Counts[i], lowestCount, highestCount), (rows.Sums[i], lowestSum, highestSum));
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

        Array.Sort(order, Compare);
        return order;

        int Compare(long a, long b)
        {
            var byRank = ranks[b].CompareTo(ranks[a]);
            return byRank != 0 ? byRank : a.CompareTo(b);
        }
    }

    private static (T Lowest, T Highest) Range<T>(ReadOnlySpan<T> values)
        where T : IComparable<T>
    {
        var (lowest, highest) = (values[0], values[0]);
        foreach (var value in values)
        {
            if (value.CompareTo(lowest) < 0)
            {
                lowest = value;
            }

            if (value.CompareTo(highest) > 0)
            {
                highest = value;
            }
        }

        return (lowest, highest);
    }
}
