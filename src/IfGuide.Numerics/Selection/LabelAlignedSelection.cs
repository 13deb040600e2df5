namespace IfGuide.Numerics.Selection;

/// <summary>Scores stand at their labels; arithmetic in float64 that no scale changes.</summary>
internal sealed class LabelAlignedSelection : SelectionKind
{
    internal override int FirstPosition => 1;

    internal override bool IgnoresLabels => false;

    internal override int CountBetween(ReadOnlySpan<bool> labelled, int from, int to)
    {
        if (from >= to)
        {
            return 0;
        }

        from = Math.Max(1, from);
        to = Math.Max(from, to);
        return labelled.IsEmpty ? to - from : labelled[from..to].Count(true);
    }

    internal override int Keep(Span<int> positions, ReadOnlySpan<bool> labelled, int length)
    {
        var kept = 0;
        foreach (var position in positions)
        {
            if (Counts(labelled, position, length))
            {
                positions[kept++] = position;
            }
        }

        return kept;
    }

    internal override double Sum(ReadOnlySpan<float> scores, float threshold, ReadOnlySpan<int> candidates)
    {
        var sum = 0.0;
        foreach (var candidate in candidates)
        {
            sum += scores[candidate];
        }

        return sum;
    }

    /// <remarks>0 / 0 counts as 0; nothing else needs an epsilon.</remarks>
    internal override double Rank((double Value, double Min, double Max) count, (double Value, double Min, double Max) sum)
    {
        var byCount = Normalise(count);
        var bySum = Normalise(sum);
        return byCount + bySum > 0 ? 2 * byCount * bySum / (byCount + bySum) : 0;
    }

    private static double Normalise((double Value, double Min, double Max) of) =>
        of.Max > of.Min ? (of.Value - of.Min) / (of.Max - of.Min) : 0;
}
