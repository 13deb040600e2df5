using System.Numerics;
using System.Runtime.Intrinsics;

namespace IfGuide.Numerics.Selection;

/// <summary>Finds the tokens of a row whose score exceeds the threshold.</summary>
internal static class CandidateScan
{
    /// <summary>Whether the position at <paramref name="index"/> of a block of rows takes part in the selection.</summary>
    public static bool Counts(ReadOnlySpan<bool> labelled, int index, int length, SelectionKind kind) =>
        kind == SelectionKind.Reference || (index % length != 0 && (labelled.IsEmpty || labelled[index]));

    /// <summary>Writes the candidates' positions, ascending, and returns how many there are.</summary>
    /// <param name="row">Scores of one row.</param>
    /// <param name="labelled">Which positions carry a label; empty: all.</param>
    /// <param name="threshold">Candidates lie strictly above it.</param>
    /// <param name="kind">Whether positions without a label count.</param>
    /// <param name="positions">At least as long as the row.</param>
    public static int Find(ReadOnlySpan<float> row, ReadOnlySpan<bool> labelled, float threshold, SelectionKind kind, Span<int> positions)
    {
        var limit = Vector256.Create(threshold);
        var found = 0;
        var i = 0;
        for (; i <= row.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var above = Vector256.GreaterThan(Vector256.Create(row[i..]), limit).ExtractMostSignificantBits();
            for (; above != 0; above &= above - 1)
            {
                positions[found++] = i + BitOperations.TrailingZeroCount(above);
            }
        }

        for (; i < row.Length; i++)
        {
            if (row[i] > threshold)
            {
                positions[found++] = i;
            }
        }

        return kind == SelectionKind.Reference ? found : KeepLabelled(positions[..found], labelled, row.Length);
    }

    private static int KeepLabelled(Span<int> positions, ReadOnlySpan<bool> labelled, int length)
    {
        var kept = 0;
        foreach (var position in positions)
        {
            if (Counts(labelled, position, length, SelectionKind.LabelAligned))
            {
                positions[kept++] = position;
            }
        }

        return kept;
    }
}
