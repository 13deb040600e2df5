namespace IfGuide.Numerics.Selection;

/// <summary>Quantiles of the scores, exactly as numpy.quantile computes them for float32 input.</summary>
public static class ScoreQuantile
{
    private const int Bins = 1 << 16;

    /// <summary>Several quantiles in two passes; at most a megabyte for each.</summary>
    /// <remarks>
    /// The first pass counts the upper 16 bits of the scores' ordered keys, the second the lower 16 bits within the one or two
    /// bins that hold the neighbouring order statistics.
    /// </remarks>
    /// <param name="shards">The scores; all must be finite.</param>
    /// <param name="quantiles">Each in [0, 1].</param>
    /// <param name="kind">Whether positions without a label count.</param>
    /// <returns>For each, the linear interpolation between the two order statistics around it, in float64.</returns>
    /// <exception cref="InvalidDataException">A score is not finite, or no score counts; the message names sequence and token.</exception>
    public static IReadOnlyList<double> Compute(IScoreShards shards, IReadOnlyList<double> quantiles, SelectionKind kind)
    {
        var upper = new long[Bins];
        long firstOfShard = 0;
        for (var shard = 0; shard < shards.Count; shard++)
        {
            var (sequences, length) = shards.Shape(shard);
            var first = firstOfShard;
            shards.Read(shard, 0, sequences, (row, scores, labelled) =>
            {
                FiniteScores.Check(scores, labelled, first + row, length, kind);
                CountUpper(scores, labelled, length, kind, upper);
            });
            firstOfShard += sequences;
        }

        var count = upper.Sum();
        if (count == 0)
        {
            throw new InvalidDataException("The scores hold no position that carries a label: expected at least one sequence with a label after its first token.");
        }

        var places = quantiles.Select(quantile => Place(upper, count, quantile)).ToArray();
        var bins = CountLower(shards, kind, places.SelectMany(place => new[] { place.LowerBin, place.NextBin }));
        return [.. places.Select(place =>
            Interpolate(Find(bins, place.LowerBin, place.LowerRank), Find(bins, place.NextBin, place.NextRank), place.Fraction))];
    }

    /// <summary>Where a quantile's two order statistics stand.</summary>
    private static QuantilePlace Place(long[] upper, long count, double quantile)
    {
        var position = (count - 1) * quantile;
        var lower = Math.Min((long)Math.Floor(position), count - 1);
        var next = Math.Min(lower + 1, count - 1);
        var (lowerBin, beforeLower) = BinOf(upper, lower);
        var (nextBin, beforeNext) = BinOf(upper, next);
        return new QuantilePlace(lowerBin, lower - beforeLower, nextBin, next - beforeNext, position - lower);
    }

    private static void CountUpper(ReadOnlySpan<float> scores, ReadOnlySpan<bool> labelled, int length, SelectionKind kind, long[] upper)
    {
        var takesAll = kind.IgnoresLabels || labelled.IsEmpty;
        for (var row = 0; row < scores.Length; row += length)
        {
            for (var i = row + kind.FirstPosition; i < row + length; i++)
            {
                if (takesAll || labelled[i])
                {
                    upper[OrderedKey.Of(scores[i]) >> 16]++;
                }
            }
        }
    }

    /// <summary>Counts of the lower 16 bits within each of these bins.</summary>
    private static long[]?[] CountLower(IScoreShards shards, SelectionKind kind, IEnumerable<int> bins)
    {
        var counts = new long[]?[Bins];
        foreach (var bin in bins)
        {
            counts[bin] ??= new long[Bins];
        }

        for (var shard = 0; shard < shards.Count; shard++)
        {
            var (sequences, length) = shards.Shape(shard);
            shards.Read(shard, 0, sequences, (_, scores, labelled) =>
            {
                for (var i = 0; i < scores.Length; i++)
                {
                    var key = OrderedKey.Of(scores[i]);
                    if (counts[key >> 16] is { } lower && kind.Counts(labelled, i, length))
                    {
                        lower[key & (Bins - 1)]++;
                    }
                }
            });
        }

        return counts;
    }

    private static float Find(long[]?[] counts, int bin, long rank) =>
        OrderedKey.Value(((uint)bin << 16) | (uint)BinOf(counts[bin]!, rank).Bin);

    private static (int Bin, long Before) BinOf(long[] counts, long rank)
    {
        long before = 0;
        for (var bin = 0; bin < counts.Length; bin++)
        {
            if (rank < before + counts[bin])
            {
                return (bin, before);
            }

            before += counts[bin];
        }

        throw new InvalidDataException("The scores changed between two passes over them: give the selection immutable scores.");
    }

    /// <summary>numpy's own interpolation: the difference in float32, the rest in float64, from the nearer neighbour.</summary>
    private static double Interpolate(float a, float b, double fraction)
    {
        double difference = b - a;
        return fraction >= 0.5 ? b - difference * (1 - fraction) : a + difference * fraction;
    }

    /// <summary>The bins of two neighbouring order statistics, their ranks within these, and the weight of the second.</summary>
    private readonly record struct QuantilePlace(int LowerBin, long LowerRank, int NextBin, long NextRank, double Fraction);
}
