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
        var record = GetRecord(name);
        var found = await CallAsync<BlobDownloadResult?>(
            $"read '{name}'",
            async () => (await record.DownloadContentAsync(cancellationToken)).Value,
            missing: null,
            cancellationToken);
        if (found is null)
        {
            return null;
        }

        var bytes = found.Content.ToArray();
        if (found.Details.Metadata.TryGetValue(DigestKey, out var digest) && digest == Digest(bytes))
        {
            return new StoredRecord(bytes, found.Details.ETag.ToString());
        }

        throw DescribeDamagedRecord(name);
    }

    /// <inheritdoc/>
    public async Task<string?> WriteAsync(
        string name, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        var writer = Guid.NewGuid().ToString("N");
        var upload = new BlobUploadOptions
        {
            Conditions = RequireTag(tag),
            Metadata = new Dictionary<string, string> { [DigestKey] = Digest(bytes.Span), [WriterKey] = writer },
        };
        try
        {
            return await WriteAsync(
                $"write '{name}'", () => UploadRecordAsync(name, bytes, upload, cancellationToken), cancellationToken);
        }
        catch (RequestFailedException exception) when (AzureErrors.IsConditionFailed(exception))
        {
            // When an answer was lost and the client asked again, the write that is in the way may be this one.
            return await FindTagAsync(name, writer, cancellationToken);
        }
    }

    /// <inheritdoc/>
    async Task<bool> IRecordStore.DeleteAsync(string name, string? tag, CancellationToken cancellationToken)
    {
        ArtifactName.Check(name);
        var record = GetRecord(name);
        BlobRequestConditions? conditions = null;
        if (tag is not null)
        {
            conditions = RequireTag(tag);
        }

        try
        {
            return await CallAsync(
                $"delete '{name}'",
                () => DeleteAsync(record, conditions, cancellationToken),
                missing: tag is null,
                cancellationToken);
        }
        catch (StoreUnavailableException exception)
            when (exception.InnerException is { } refusal && AzureErrors.IsConditionFailed(refusal))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    async IAsyncEnumerable<string> IRecordStore.ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArtifactName.CheckPrefix(prefix);
        foreach (var blob in await ListBlobsAsync(location.Records, prefix, BlobTraits.None, cancellationToken))
        {
            yield return blob.Name[location.Records.Length..];
        }
    }

    private static async Task<bool> DeleteAsync(
        BlobClient record, BlobRequestConditions? conditions, CancellationToken cancellationToken) =>
        await record.DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions, cancellationToken) is not null;

    private async Task<string> UploadRecordAsync(
        string name, ReadOnlyMemory<byte> bytes, BlobUploadOptions upload, CancellationToken cancellationToken)
    {
        var written = await GetRecord(name).UploadAsync(BinaryData.FromBytes(bytes), upload, cancellationToken);
        return written.Value.ETag.ToString();
    }

    /// <summary>The tag of a record that this writer wrote; null when another wrote it last.</summary>
    private async Task<string?> FindTagAsync(string name, string writer, CancellationToken cancellationToken)
    {
        var record = GetRecord(name);
        var now = await CallAsync<BlobProperties?>(
            $"read '{name}'", () => GetPropertiesAsync(record, cancellationToken), missing: null, cancellationToken);
        if (now is null || !now.Metadata.TryGetValue(WriterKey, out var last) || last != writer)
        {
            return null;
        }

        return now.ETag.ToString();
    }

    /// <summary>The condition that a record still has a tag; null: that there is none.</summary>
    private static BlobRequestConditions RequireTag(string? tag)
    {
        if (tag is null)
        {
            return new BlobRequestConditions { IfNoneMatch = ETag.All };
        }

        return new BlobRequestConditions { IfMatch = new ETag(tag) };
    }

    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private ArtifactCorruptException DescribeDamagedRecord(string name) => new(
        $"The record '{location.Records}{name}' of container '{location.Container}' at {errors.Endpoint} is damaged: "
        + "its bytes do not have the digest in its metadata. Delete it with "
        + $"'az storage blob delete --container-name {location.Container} --name {location.Records}{name}' "
        + "and submit the run again: what it counted is found in the artifacts.");

    private BlobClient GetRecord(string name) => container.GetBlobClient(location.Records + name);
}
