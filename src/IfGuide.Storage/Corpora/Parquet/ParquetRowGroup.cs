namespace IfGuide.Storage.Corpora.Parquet;

/// <summary>The columns of a row group that are read.</summary>
/// <param name="text">The texts.</param>
/// <param name="ids">The ids; null when there is no such column.</param>
/// <param name="sources">The sources; null when there is no such column.</param>
internal sealed class ParquetRowGroup(byte[]?[] text, byte[]?[]? ids, byte[]?[]? sources)
{
    /// <summary>Number of rows.</summary>
    public int Count => text.Length;

    /// <summary>Takes a row out. Its text is held no longer.</summary>
    /// <param name="row">The row within the group, from 0.</param>
    public ParquetRow Take(int row)
    {
        var taken = new ParquetRow(text[row], ids?[row], sources?[row]);
        text[row] = null;
        return taken;
    }
}
