using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>Uploads a file as a blob that must not exist: in one request, or block by block with bounded memory and one commit.</summary>
/// <remarks>The client draws the names of an upload's blocks anew each time. So two writers of one blob never commit each other's blocks.</remarks>
internal static class BlobUpload
{
    /// <summary>The blocks that a blob may have.</summary>
    private const int MaxBlocks = 50_000;

    /// <summary>Uploads the file; fails with the condition when the blob exists.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="file">The file, from its first byte to its last wherever it stands.</param>
    /// <param name="metadata">Committed with the content, in one step.</param>
    /// <param name="options">Block length and parallelism.</param>
    /// <param name="cancellationToken">Gives up; the blob does not exist then.</param>
    /// <returns>The blob's tag.</returns>
    public static async Task<ETag> CreateAsync(
        BlockBlobClient blob,
        Stream file,
        IDictionary<string, string> metadata,
        AzureStoreOptions options,
        CancellationToken cancellationToken)
    {
        file.Position = 0;
        var transfer = new StorageTransferOptions
        {
            InitialTransferSize = options.BlockLength,
            MaximumTransferSize = Math.Max(options.BlockLength, (file.Length + MaxBlocks - 1) / MaxBlocks),
            MaximumConcurrency = options.Parallel,
        };
        var upload = new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            Metadata = metadata,
            TransferOptions = transfer,
        };
        return (await blob.UploadAsync(file, upload, cancellationToken)).Value.ETag;
    }
}
