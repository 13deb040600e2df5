using System.Numerics;
using System.Runtime.Intrinsics;

namespace IfGuide.Numerics.Selection;

/// <summary>Finds the tokens of a row whose score exceeds the threshold.</summary>
internal static class CandidateScan
{
    /// <summary>Writes the candidates' positions, ascending, and returns how many there are.</summary>
    /// <param name="row">Scores of one row.</param>
    /// <param name="labelled">Which positions carry a label; empty: all.</param>
    /// <param name="threshold">Candidates lie strictly above it.</param>
    /// <param name="kind">Whether positions without a label count.</param>
    /// <param name="positions">At least as long as the row.</param>
    public static int Find(
        ReadOnlySpan<float> row, ReadOnlySpan<bool> labelled, float threshold, SelectionKind kind, Span<int> positions)
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

        return kind.Keep(positions[..found], labelled, row.Length);
    }
}
