namespace IfGuide.Numerics.Evaluation;

/// <summary>How well scores rank the tokens known to be toxic, whatever the threshold.</summary>
public static class RankingQuality
{
    /// <summary>Average precision: the mean over known tokens of the precision among all tokens scored at least as high. Ties count together.</summary>
    /// <param name="scores">Scores of tokens.</param>
    /// <param name="known">Whether each is known, as many.</param>
    /// <returns>In [0, 1]; random order gives the share of known tokens; NaN when none is known.</returns>
    public static double AveragePrecision(ReadOnlySpan<float> scores, ReadOnlySpan<bool> known)
    {
        var sorted = scores.ToArray();
        var labels = known.ToArray();
        Array.Sort(sorted, labels);
        var (hits, sum) = (0L, 0.0);
        for (var end = sorted.Length; end > 0;)
        {
            var start = end;
            var tied = 0L;
            while (start > 0 && sorted[start - 1].Equals(sorted[end - 1]))
            {
                tied += labels[--start] ? 1 : 0;
            }

            hits += tied;
            sum += tied * ((double)hits / (sorted.Length - start));
            end = start;
        }

        return hits > 0 ? sum / hits : double.NaN;
    }

    /// <summary>Share of the known tokens among the highest-scored <paramref name="share"/> of all; ties by position.</summary>
    /// <param name="scores">Scores of tokens.</param>
    /// <param name="known">Whether each is known, as many.</param>
    /// <param name="share">Share of the tokens, in (0, 1].</param>
    public static MaskQuality AtShare(ReadOnlySpan<float> scores, ReadOnlySpan<bool> known, double share)
    {
        var order = new int[scores.Length];
        var values = scores.ToArray();
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => values[b].CompareTo(values[a]) is var byScore && byScore != 0 ? byScore : a.CompareTo(b));
        var mask = new bool[scores.Length];
        foreach (var token in order.AsSpan(0, (int)Math.Floor(share * scores.Length)))
        {
            mask[token] = true;
        }

        return MaskQuality.Of(mask, known);
    }
}
