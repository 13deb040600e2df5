using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace IfGuide.Storage.Artifacts.Azure;

/// <content>Records: one blob each, replaced under the condition of its tag.</content>
internal sealed partial class AzureArtifactStore
{
    /// <summary>Metadata that tells which write made a record.</summary>
    private const string WriterKey = "writer";

    /// <inheritdoc/>
    /// <exception cref="ArtifactCorruptException">The record's bytes do not have the digest that was written with them.</exception>
    public async Task<StoredRecord?> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        var found = await CallAsync<BlobDownloadResult?>($"read '{name}'", async () => (await Record(name).DownloadContentAsync(cancellationToken)).Value, missing: null, cancellationToken);
        if (found is null)
        {
            return null;
        }

        var bytes = found.Content.ToArray();
        return found.Details.Metadata.TryGetValue(DigestKey, out var digest) && digest == Convert.ToHexStringLower(SHA256.HashData(bytes))
            ? new StoredRecord(bytes, found.Details.ETag.ToString())
            : throw new ArtifactCorruptException(
                $"The record '{location.Records}{name}' of container '{location.Container}' at {errors.Endpoint} is damaged: its bytes do not have the digest in its metadata. Delete it with "
                + $"'az storage blob delete --container-name {location.Container} --name {location.Records}{name}' and submit the run again: what it counted is found in the artifacts.");
    }

    /// <inheritdoc/>
    public async Task<string?> WriteAsync(string name, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        var writer = Guid.NewGuid().ToString("N");
        var upload = new BlobUploadOptions
        {
            Conditions = tag is null ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = new ETag(tag) },
            Metadata = new Dictionary<string, string> { [DigestKey] = Convert.ToHexStringLower(SHA256.HashData(bytes.Span)), [WriterKey] = writer },
        };
        try
        {
            return await WriteAsync($"write '{name}'", async () => (await Record(name).UploadAsync(BinaryData.FromBytes(bytes), upload, cancellationToken)).Value.ETag.ToString(), cancellationToken);
        }
        catch (RequestFailedException exception) when (AzureErrors.IsConditionFailed(exception))
        {
            // When an answer was lost and the client asked again, the write that is in the way may be this one.
            var now = await CallAsync<BlobProperties?>($"read '{name}'", async () => (await Record(name).GetPropertiesAsync(conditions: null, cancellationToken)).Value, missing: null, cancellationToken);
            return now is not null && now.Metadata.TryGetValue(WriterKey, out var last) && last == writer ? now.ETag.ToString() : null;
        }
    }

    /// <inheritdoc/>
    async Task<bool> IRecordStore.DeleteAsync(string name, string? tag, CancellationToken cancellationToken)
    {
        ArtifactName.Check(name);
        var conditions = tag is null ? null : new BlobRequestConditions { IfMatch = new ETag(tag) };
        try
        {
            return await CallAsync($"delete '{name}'", async () => await Record(name).DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions, cancellationToken) is not null, missing: tag is null, cancellationToken);
        }
        catch (StoreUnavailableException exception) when (exception.InnerException is { } refusal && AzureErrors.IsConditionFailed(refusal))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    async IAsyncEnumerable<string> IRecordStore.ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArtifactName.CheckPrefix(prefix);
        foreach (var blob in await ListBlobsAsync(location.Records, prefix, BlobTraits.None, cancellationToken))
        {
            yield return blob.Name[location.Records.Length..];
        }
    }

    private BlobClient Record(string name) => container.GetBlobClient(location.Records + name);
}
