namespace IfGuide.Numerics.Selection;

/// <summary>Adds the spans around a row's candidates from left to right while the budget lasts.</summary>
internal static class SpanWalk
{
    /// <summary>Selects span by span; a span that does not fit whole ends the walk.</summary>
    /// <remarks>Candidates ascend, so of a new span exactly the part before the end of the last one is selected already.</remarks>
    /// <param name="candidates">Candidates of one row, ascending.</param>
    /// <param name="labelled">Which positions of the row carry a label; empty: all.</param>
    /// <param name="length">Tokens in the row.</param>
    /// <param name="options">Window and kind.</param>
    /// <param name="budget">Tokens left.</param>
    /// <param name="mask">The row's mask, set where tokens are selected; empty: only count.</param>
    /// <returns>Tokens selected, and the candidate whose span did not fit (−1: all did).</returns>
    public static (long Selected, int Refused) Run(
        ReadOnlySpan<int> candidates, ReadOnlySpan<bool> labelled, int length, SelectionOptions options, long budget, Span<bool> mask)
    {
        long selected = 0;
        var end = 0;
        foreach (var candidate in candidates)
        {
            var from = Math.Max(end, candidate - options.Window);
            var to = (int)Math.Min(length, (long)candidate + options.Window + 1);
            var added = Selectable(labelled, from, to, options.Kind);
            if (selected + added > budget)
            {
                return (selected, candidate);
            }

            for (var k = from; !mask.IsEmpty && k < to; k++)
            {
                mask[k] = CandidateScan.Counts(labelled, k, length, options.Kind);
            }

            selected += added;
            end = to;
        }

        return (selected, -1);
    }

    private static int Selectable(ReadOnlySpan<bool> labelled, int from, int to, SelectionKind kind)
    {
        if (from >= to || kind == SelectionKind.Reference)
        {
            return Math.Max(0, to - from);
        }

        from = Math.Max(1, from);
        return labelled.IsEmpty ? Math.Max(0, to - from) : labelled[from..Math.Max(from, to)].Count(true);
    }
}
