using System.Buffers;
using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>A blob on its way into a local file, range by range.</summary>
/// <remarks>What arrived stays when a range fails, so the next try asks only for the rest.</remarks>
/// <param name="file">The file to fill.</param>
/// <param name="tag">The blob's tag: every range must come from the same bytes.</param>
/// <param name="length">The blob's bytes.</param>
/// <param name="rangeLength">Bytes of a range.</param>
internal sealed class BlobDownload(FileStream file, ETag tag, long length, int rangeLength)
{
    private const int BufferLength = 1 << 17;

    private readonly ConcurrentDictionary<long, bool> arrived = new();

    /// <summary>The file.</summary>
    public FileStream File => file;

    /// <summary>Whether these are the bytes of the blob of that tag.</summary>
    public bool IsOf(ETag other) => tag == other;

    /// <summary>Fetches what has not arrived.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="first">The content of the first range, which came with the blob's properties.</param>
    /// <param name="parallel">Ranges on their way at once.</param>
    /// <param name="cancellationToken">Gives up; what arrived stays.</param>
    public async Task FillAsync(BlobClient blob, Stream first, int parallel, CancellationToken cancellationToken)
    {
        if (!arrived.ContainsKey(0))
        {
            await CopyAsync(first, 0, cancellationToken);
        }

        var rangeCount = Math.Max(1, (length + rangeLength - 1) / rangeLength);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken };
        await Parallel.ForAsync(1, rangeCount, limits, async (index, token) =>
        {
            if (!arrived.ContainsKey(index))
            {
                await FetchAsync(blob, index, token);
            }
        });
    }

    private async Task FetchAsync(BlobClient blob, long index, CancellationToken cancellationToken)
    {
        var offset = index * rangeLength;
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(offset, Math.Min(rangeLength, length - offset)),
            Conditions = new BlobRequestConditions { IfMatch = tag },
        };
        using var part = (await blob.DownloadStreamingAsync(options, cancellationToken)).Value;
        await CopyAsync(part.Content, index, cancellationToken);
    }

    private async Task CopyAsync(Stream content, long index, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            var offset = index * rangeLength;
            var end = Math.Min(length, offset + rangeLength);
            while (offset < end && await content.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                Write(buffer.AsMemory(0, count), offset);
                offset += count;
            }

            if (offset < end)
            {
                throw new IOException("The connection ended before the range did.");
            }

            arrived[index] = true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Write(ReadOnlyMemory<byte> bytes, long offset) =>
        StoreUnavailableException.Guard("write", file.Name, () => RandomAccess.Write(file.SafeFileHandle, bytes.Span, offset));
}
