using System.Buffers.Binary;
using IfGuide.Storage.Formats;
using Parquet.Meta;

namespace IfGuide.Storage.Corpora.Parquet;

/// <summary>Checks sizes that a parquet file announces, before the library behind allocates them.</summary>
internal static class ParquetCheck
{
    /// <summary>Longest column of a row group, in bytes of text: it is held in memory as a whole.</summary>
    public const long LongestColumn = 512L << 20;

    private const int LongestFooter = 256 << 20;
    private const int LongestPageHeader = 64 << 10;

    /// <summary>Checks the footer.</summary>
    /// <exception cref="DamagedFileException">There is none, or it announces what it cannot hold.</exception>
    public static void Footer(FileStream file)
    {
        Span<byte> end = stackalloc byte[8];
        if (file.Length < 12 || Read(file, file.Length - 8, end) < 8 || !end[4..].SequenceEqual("PAR1"u8))
        {
            throw new DamagedFileException("it does not end with the mark of one, PAR1");
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (length > file.Length - 12 || length > LongestFooter)
        {
            throw new DamagedFileException($"its footer of {length} bytes does not fit into it");
        }

        var footer = new byte[length];
        Read(file, file.Length - 8 - length, footer);
        new ThriftStructure(footer).Walk();
        file.Position = 0;
    }

    /// <summary>Checks the pages of a column in a row group.</summary>
    /// <exception cref="DamagedFileException">They announce more than their bytes can hold, or the column is too long to be held in memory.</exception>
    public static void Column(FileStream file, ColumnMetaData column, long rows)
    {
        var start = column.DictionaryPageOffset is > 0 and var dictionary ? Math.Min(dictionary, column.DataPageOffset) : column.DataPageOffset;
        if (rows < 0 || column.NumValues != rows || start < 4 || column.TotalCompressedSize < 0 || column.TotalCompressedSize > file.Length - start)
        {
            throw new DamagedFileException("a column lies outside of it, or has another number of values than rows");
        }

        var pages = new Pages(column.Codec);
        var end = start + column.TotalCompressedSize;
        while (start < end)
        {
            start = pages.Add(file, start, end);
        }

        pages.Check(rows);
    }

    private static int Read(FileStream file, long offset, Span<byte> bytes)
    {
        file.Position = offset;
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
    }

    private struct Pages(CompressionCodec codec)
    {
        private long bytes;
        private long values;

        public long Add(FileStream file, long start, long end)
        {
            var header = new byte[Math.Min(LongestPageHeader, end - start)];
            Read(file, start, header);
            var structure = new ThriftStructure(header);
            var data = start + structure.Walk();
            var numbers = structure.Numbers;
            long Number(int parent, int field) => numbers.GetValueOrDefault((parent, field), -1);

            var (uncompressed, compressed) = (Number(0, 2), Number(0, 3));
            var count = Number(7, 1) is >= 0 and var dictionary ? dictionary : Math.Max(Number(5, 1), Number(8, 1));
            var isDictionary = Number(7, 1) >= 0;
            if (compressed < 0 || compressed > end - data || uncompressed < 0 || uncompressed > 4096 + (compressed * MostTimes(codec)) || count < (isDictionary ? 0 : -1) || (isDictionary && count > uncompressed / 4))
            {
                throw new DamagedFileException($"a page at byte {start} announces {uncompressed} bytes and {count} values in {compressed} bytes");
            }

            bytes += uncompressed;
            values += isDictionary ? 0 : Math.Max(0, count);
            return data + compressed;
        }

        public readonly void Check(long rows)
        {
            if (values != rows)
            {
                throw new DamagedFileException($"the pages of a column have {values} values, expected {rows}");
            }

            if (bytes > LongestColumn || rows > 65_536 + (bytes * 1000))
            {
                throw new DamagedFileException($"a row group has {rows} rows and {bytes >> 20} MiB in one column, which is held in memory as a whole: write smaller row groups (row_group_size in pyarrow), at most {LongestColumn >> 20} MiB of text each");
            }
        }

        /// <summary>How many times longer than its compressed form a page can be.</summary>
        private static long MostTimes(CompressionCodec codec) => codec switch
        {
            CompressionCodec.UNCOMPRESSED => 1,
            CompressionCodec.SNAPPY => 64,
            CompressionCodec.LZ4 or CompressionCodec.LZ4_RAW or CompressionCodec.LZO => 256,
            CompressionCodec.GZIP => 1100,
            _ => 50_000,
        };
    }
}
