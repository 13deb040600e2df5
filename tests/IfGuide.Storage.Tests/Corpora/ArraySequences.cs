using IfGuide.Storage.Corpora;

namespace IfGuide.Storage.Tests.Corpora;

/// <summary>Sequences in memory.</summary>
internal sealed class ArraySequences(int[][] ids, int[][]? labels = null, byte[][]? masks = null) : ISequenceSource
{
    public long Sequences => ids.Length;

    public int Length => ids[0].Length;

    public void InputIds(long sequence, Span<int> tokens) => ids[sequence].CopyTo(tokens);

    public void Labels(long sequence, Span<int> row)
    {
        for (var i = 0; i < Length; i++)
        {
            row[i] = labels?[sequence][i] ?? (masks?[sequence][i] == 0 ? -100 : ids[sequence][i]);
        }
    }

    public void AttentionMask(long sequence, Span<byte> mask)
    {
        for (var i = 0; i < Length; i++)
        {
            mask[i] = masks?[sequence][i] ?? 1;
        }
    }

    /// <summary>All rows of a source.</summary>
    public static (int[][] Ids, int[][] Labels, byte[][] Masks) Read(ISequenceSource source)
    {
        var rows = (int)source.Sequences;
        var (ids, labels, masks) = (new int[rows][], new int[rows][], new byte[rows][]);
        for (var row = 0; row < rows; row++)
        {
            source.InputIds(row, ids[row] = new int[source.Length]);
            source.Labels(row, labels[row] = new int[source.Length]);
            source.AttentionMask(row, masks[row] = new byte[source.Length]);
        }

        return (ids, labels, masks);
    }
}
