using System.Buffers.Binary;
using IfGuide.Storage.Formats;
using Parquet.Meta;

namespace IfGuide.Storage.Corpora.Parquet;

/// <summary>Checks sizes that a parquet file announces, before the library allocates them.</summary>
internal static class ParquetCheck
{
    private const int MaxFooterBytes = 256 << 20;
    private const int MaxPageHeaderBytes = 64 << 10;

    /// <summary>Checks the footer.</summary>
    /// <exception cref="DamagedFileException">There is none, or it announces what it cannot hold.</exception>
    public static void CheckFooter(FileStream file)
    {
        Span<byte> end = stackalloc byte[8];
        if (file.Length < 12 || Read(file, file.Length - 8, end) < 8 || !end[4..].SequenceEqual("PAR1"u8))
        {
            throw new DamagedFileException("it does not end with the mark of one, PAR1");
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (length > file.Length - 12 || length > MaxFooterBytes)
        {
            throw new DamagedFileException($"its footer of {length} bytes does not fit into it");
        }

        var footer = new byte[length];
        Read(file, file.Length - 8 - length, footer);
        new ThriftStructure(footer).Walk();
        file.Position = 0;
    }

    /// <summary>Checks the pages of a column in a row group.</summary>
    /// <exception cref="DamagedFileException">
    /// They announce more than their bytes can hold, or the column is too long to be held in memory.
    /// </exception>
    public static void CheckColumn(FileStream file, ColumnMetaData column, long rows)
    {
        var start = column.DataPageOffset;
        if (column.DictionaryPageOffset is > 0 and var dictionary)
        {
            start = Math.Min(dictionary, start);
        }

        var length = column.TotalCompressedSize;
        if (rows < 0 || column.NumValues != rows || start < 4 || length < 0 || length > file.Length - start)
        {
            throw new DamagedFileException("a column lies outside of it, or has another number of values than rows");
        }

        CheckPages(file, column.Codec, start, start + length, rows);
    }

    private static void CheckPages(FileStream file, CompressionCodec codec, long start, long end, long rows)
    {
        var pages = new PageCheck(codec);
        while (start < end)
        {
            var header = new byte[Math.Min(MaxPageHeaderBytes, end - start)];
            Read(file, start, header);
            start = pages.Add(header, start, end);
        }

        pages.CheckTotals(rows);
    }

    private static int Read(FileStream file, long offset, Span<byte> bytes)
    {
        file.Position = offset;
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
    }
}
