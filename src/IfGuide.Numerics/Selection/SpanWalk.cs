namespace IfGuide.Numerics.Selection;

/// <summary>Adds the spans around a row's candidates from left to right while the budget lasts.</summary>
internal static class SpanWalk
{
    /// <summary>Selects span by span; a span that does not fit whole ends the walk.</summary>
    /// <remarks>Candidates ascend, so of a new span exactly the part before the end of the last one is selected already.</remarks>
    /// <param name="candidates">Candidates of one row, ascending.</param>
    /// <param name="labelled">Which positions of the row carry a label; empty: all.</param>
    /// <param name="length">Tokens in the row.</param>
    /// <param name="window">Tokens selected on each side of a candidate.</param>
    /// <param name="kind">Which positions count.</param>
    /// <param name="budget">Tokens left.</param>
    /// <param name="mask">The row's mask, set where tokens are selected; empty: only count.</param>
    /// <returns>Tokens selected, and the candidate whose span did not fit (−1: all did).</returns>
    public static (long Selected, int Refused) Run(
        ReadOnlySpan<int> candidates, ReadOnlySpan<bool> labelled, int length, int window, SelectionKind kind, long budget, Span<bool> mask)
    {
        long selected = 0;
        var end = 0;
        foreach (var candidate in candidates)
        {
            var from = Math.Max(end, candidate - window);
            var to = (int)Math.Min(length, (long)candidate + window + 1);
            var added = kind.CountBetween(labelled, from, to);
            if (selected + added > budget)
            {
                return (selected, candidate);
            }

            for (var k = from; !mask.IsEmpty && k < to; k++)
            {
                mask[k] = kind.Counts(labelled, k, length);
            }

            selected += added;
            end = to;
        }

        return (selected, -1);
    }
}
