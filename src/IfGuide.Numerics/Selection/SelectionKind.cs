namespace IfGuide.Numerics.Selection;

/// <summary>How a selection treats positions and rounding.</summary>
public abstract class SelectionKind
{
    private protected SelectionKind()
    {
    }

    /// <summary>The authors' code to the bit: every position counts, float32 arithmetic in torch's order of summation.</summary>
    public static SelectionKind Reference { get; } = new ReferenceSelection();

    /// <summary>
    /// The paper's Alg. 1 on scores that stand at their label's index. Positions without a label, the first of every row among them,
    /// enter neither the quantile nor the selection. The ranking does not depend on the scale of the scores.
    /// </summary>
    public static SelectionKind LabelAligned { get; } = new LabelAlignedSelection();

    /// <summary>The first position of a row that may take part.</summary>
    internal abstract int FirstPosition { get; }

    /// <summary>Whether positions without a label take part too.</summary>
    internal abstract bool IgnoresLabels { get; }

    /// <summary>Whether a position takes part in the selection.</summary>
    /// <param name="labelled">Which positions carry a label; empty: all.</param>
    /// <param name="index">The position, in a block of whole rows.</param>
    /// <param name="length">Tokens in a row.</param>
    internal bool Counts(ReadOnlySpan<bool> labelled, int index, int length) =>
        (IgnoresLabels || labelled.IsEmpty || labelled[index]) && index % length >= FirstPosition;

    /// <summary>Counts the positions of a row, from <paramref name="from"/> to before <paramref name="to"/>, that take part.</summary>
    internal abstract int CountBetween(ReadOnlySpan<bool> labelled, int from, int to);

    /// <summary>Moves the positions of a row that take part to the front, and returns how many there are.</summary>
    internal abstract int Keep(Span<int> positions, ReadOnlySpan<bool> labelled, int length);

    /// <summary>Sums the scores of a row's candidates.</summary>
    /// <param name="scores">The row.</param>
    /// <param name="threshold">Candidates lie strictly above it.</param>
    /// <param name="candidates">Their positions, ascending.</param>
    internal abstract double Sum(ReadOnlySpan<float> scores, float threshold, ReadOnlySpan<int> candidates);

    /// <summary>The harmonic mean of a row's min-max normalised count and sum (paper Alg. 1).</summary>
    /// <param name="count">Its candidates, with the smallest and the largest number of any row.</param>
    /// <param name="sum">The sum of their scores, likewise.</param>
    internal abstract double Rank((double Value, double Min, double Max) count, (double Value, double Min, double Max) sum);
}
