using IfGuide.Storage.Formats;
using Parquet.Meta;

namespace IfGuide.Storage.Corpora.Parquet;

/// <summary>Checks the sizes that the pages of one column announce.</summary>
/// <param name="codec">How the pages are compressed.</param>
internal sealed class PageCheck(CompressionCodec codec)
{
    /// <summary>A column of a row group is held in memory as a whole.</summary>
    private const long MaxColumnBytes = 512L << 20;

    private long bytes;
    private long values;

    /// <summary>How many times longer than its compressed form a page can be.</summary>
    private long MaxExpansion => codec switch
    {
        CompressionCodec.UNCOMPRESSED => 1,
        CompressionCodec.SNAPPY => 64,
        CompressionCodec.LZ4 or CompressionCodec.LZ4_RAW or CompressionCodec.LZO => 256,
        CompressionCodec.GZIP => 1100,
        _ => 50_000,
    };

    /// <summary>Checks a page.</summary>
    /// <param name="header">Bytes that begin with the page's header.</param>
    /// <param name="start">Where it lies in the file.</param>
    /// <param name="end">Where the column ends in the file.</param>
    /// <returns>Where the page ends.</returns>
    /// <exception cref="DamagedFileException">It announces more than its bytes can hold.</exception>
    public long Add(ReadOnlySpan<byte> header, long start, long end)
    {
        var structure = new ThriftStructure(header);
        var data = start + structure.Walk();
        var page = PageSizes.From(structure.Numbers);
        if (page.Compressed > end - data || !Fits(page))
        {
            throw new DamagedFileException(
                $"a page at byte {start} announces {page.Uncompressed} bytes and {page.Values} values in {page.Compressed} bytes");
        }

        bytes += page.Uncompressed;
        if (!page.IsDictionary)
        {
            values += Math.Max(0, page.Values);
        }

        return data + page.Compressed;
    }

    /// <summary>Checks what the pages hold together.</summary>
    /// <param name="rows">Rows of the row group.</param>
    /// <exception cref="DamagedFileException">They have another number of values, or are too long to be held in memory.</exception>
    public void CheckTotals(long rows)
    {
        if (values != rows)
        {
            throw new DamagedFileException($"the pages of a column have {values} values, expected {rows}");
        }

        if (bytes > MaxColumnBytes || rows > 65_536 + (bytes * 1000))
        {
            throw new DamagedFileException(
                $"a row group has {rows} rows and {bytes >> 20} MiB in one column, which is held in memory as a whole: "
                + $"write smaller row groups (row_group_size in pyarrow), at most {MaxColumnBytes >> 20} MiB of text each");
        }
    }

    private bool Fits(PageSizes page)
    {
        if (page.Compressed < 0 || page.Uncompressed < 0 || page.Uncompressed > 4096 + (page.Compressed * MaxExpansion))
        {
            return false;
        }

        if (page.IsDictionary)
        {
            return page.Values <= page.Uncompressed / 4;
        }

        return page.Values >= -1;
    }

    /// <summary>What a page announces; −1 where it does not.</summary>
    private readonly record struct PageSizes(long Uncompressed, long Compressed, long Values, bool IsDictionary)
    {
        /// <remarks>Field 5 describes a data page, field 7 a dictionary, field 8 a data page of version 2.</remarks>
        public static PageSizes From(IReadOnlyDictionary<(int Parent, int Field), long> numbers)
        {
            var dictionary = numbers.GetValueOrDefault((7, 1), -1);
            var isDictionary = dictionary >= 0;
            var values = dictionary;
            if (!isDictionary)
            {
                values = Math.Max(numbers.GetValueOrDefault((5, 1), -1), numbers.GetValueOrDefault((8, 1), -1));
            }

            var (uncompressed, compressed) = (numbers.GetValueOrDefault((0, 2), -1), numbers.GetValueOrDefault((0, 3), -1));
            return new PageSizes(uncompressed, compressed, values, isDictionary);
        }
    }
}
