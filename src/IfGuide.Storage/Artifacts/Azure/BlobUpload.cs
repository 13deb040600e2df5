using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Win32.SafeHandles;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>Uploads a file as a blob that must not exist: in one request, or block by block with bounded memory and one commit.</summary>
internal static class BlobUpload
{
    /// <summary>Most blocks that a blob may have.</summary>
    private const int MostBlocks = 50_000;

    private const int BlockNameLength = 16;

    /// <summary>Uploads the file; fails with the condition when the blob exists.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="metadata">Committed with the content, in one step.</param>
    /// <param name="options">Block length and parallelism.</param>
    /// <param name="cancellationToken">Gives up; the blob does not exist then.</param>
    /// <returns>The blob's tag.</returns>
    public static async Task<ETag> CreateAsync(BlockBlobClient blob, SafeFileHandle file, long length, IDictionary<string, string> metadata, AzureStoreOptions options, CancellationToken cancellationToken)
    {
        var conditions = new BlobRequestConditions { IfNoneMatch = ETag.All };
        if (length <= options.BlockLength)
        {
            var bytes = new byte[length];
            Read(file, bytes, 0);
            using var content = new MemoryStream(bytes, writable: false);
            return (await blob.UploadAsync(content, new BlobUploadOptions { Conditions = conditions, Metadata = metadata }, cancellationToken)).Value.ETag;
        }

        var blockLength = (int)Math.Max(options.BlockLength, (length + MostBlocks - 1) / MostBlocks);
        var blocks = await StageAsync(blob, file, length, blockLength, options.Parallel, cancellationToken);
        return (await blob.CommitBlockListAsync(blocks, new CommitBlockListOptions { Conditions = conditions, Metadata = metadata }, cancellationToken)).Value.ETag;
    }

    /// <remarks>Block names hold a number drawn for this upload, so that two writers of one blob never commit each other's blocks.</remarks>
    private static async Task<string[]> StageAsync(BlockBlobClient blob, SafeFileHandle file, long length, int blockLength, int parallel, CancellationToken cancellationToken)
    {
        var nonce = RandomNumberGenerator.GetBytes(BlockNameLength);
        var names = new string[(length + blockLength - 1) / blockLength];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, names.Length, limits, async (index, token) =>
        {
            names[index] = NameOf(nonce, index);
            var offset = (long)index * blockLength;
            var count = (int)Math.Min(blockLength, length - offset);
            var buffer = ArrayPool<byte>.Shared.Rent(count);
            try
            {
                Read(file, buffer.AsSpan(0, count), offset);
                using var content = new MemoryStream(buffer, 0, count, writable: false);
                await blob.StageBlockAsync(names[index], content, options: null, token);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        });
        return names;
    }

    private static string NameOf(byte[] nonce, int index)
    {
        var name = nonce.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(name.AsSpan(BlockNameLength - sizeof(int)), index);
        return Convert.ToBase64String(name);
    }

    private static void Read(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
            {
                throw new EndOfStreamException("The file became shorter while it was uploaded.");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }
}
