using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IfGuide.Numerics.Selection;

/// <summary>Refuses NaN and infinite scores: they have no place in an order or a sum.</summary>
internal static class FiniteScores
{
    private const uint Exponent = 0x7f80_0000;

    /// <summary>Throws for the first score that counts and is not finite.</summary>
    /// <param name="scores">Whole rows.</param>
    /// <param name="labelled">Which positions carry a label; empty: all.</param>
    /// <param name="firstRow">Index, within the corpus, of the first row.</param>
    /// <param name="length">Tokens in a row.</param>
    /// <param name="kind">Whether positions without a label count.</param>
    public static void Check(ReadOnlySpan<float> scores, ReadOnlySpan<bool> labelled, long firstRow, int length, SelectionKind kind)
    {
        var bits = MemoryMarshal.Cast<float, uint>(scores);
        var exponent = Vector256.Create(Exponent);
        var i = 0;
        for (; i <= bits.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
        {
            if (Vector256.EqualsAny(Vector256.Create(bits[i..]) & exponent, exponent))
            {
                CheckEach(scores, labelled, i, i + Vector256<uint>.Count, firstRow, length, kind);
            }
        }

        CheckEach(scores, labelled, i, bits.Length, firstRow, length, kind);
    }

    private static void CheckEach(
        ReadOnlySpan<float> scores, ReadOnlySpan<bool> labelled, int from, int to, long firstRow, int length, SelectionKind kind)
    {
        for (var i = from; i < to; i++)
        {
            if (!float.IsFinite(scores[i]) && kind.Counts(labelled, i, length))
            {
                var found = scores[i].ToString(CultureInfo.InvariantCulture);
                throw new InvalidDataException(
                    $"The score of sequence {firstRow + i / length}, token {i % length} is {found}: expected a finite number; "
                    + "score that sequence again, or see whether the model's weights or the damping made its gradient overflow.");
            }
        }
    }
}
