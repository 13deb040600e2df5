using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>Artifacts and records in a container of Azure Blob Storage, or of a server that speaks its protocol.</summary>
/// <remarks>
/// Blobs are <c>artifacts/NAME</c> and <c>records/NAME</c>. Each has its SHA-256 in its metadata, which the server stores in one step with the content.
/// An artifact is staged in the local cache, digested on the way, and created under the condition that there is none.
/// Opening the store asks the server nothing.
/// </remarks>
internal sealed partial class AzureArtifactStore : IStore
{
    private const string DigestKey = "sha256";

    private readonly AzureLocation location;
    private readonly AzureStoreOptions options;
    private readonly BlobContainerClient container;
    private readonly AzureErrors errors;
    private readonly ArtifactCache cache;

    /// <summary>Opens a store with the credentials of the environment.</summary>
    /// <param name="location">The container and the prefix.</param>
    /// <param name="options">Retries, transfers, cache.</param>
    /// <exception cref="IfGuide.Abstractions.UserErrorException">The environment has no credentials.</exception>
    public AzureArtifactStore(AzureLocation location, AzureStoreOptions options)
    {
        this.location = location;
        this.options = options;
        container = AzureConnection.Open(location, options.Environment, options.CreateClientOptions());
        errors = new AzureErrors(location, container.Uri.GetLeftPart(UriPartial.Authority), container.AccountName);
        cache = options.Cache ?? ArtifactCache.FromEnvironment(options.Environment, options.Time);
    }

    /// <inheritdoc/>
    public string WorkFolder => cache.Folder;

    /// <inheritdoc/>
    public string Uri => location.ToString();

    private bool IsEmulator => container.AccountName == AzureConnection.EmulatorAccount;

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellationToken = default) =>
        CallAsync("be opened", () => ReadPageAsync(cancellationToken), missing: false, cancellationToken);

    /// <inheritdoc/>
    public async Task<ArtifactDescription?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        var blob = GetArtifact(name);
        var properties = await CallAsync<BlobProperties?>(
            $"look for '{name}'", () => GetPropertiesAsync(blob, cancellationToken), missing: null, cancellationToken);
        if (properties is null)
        {
            return null;
        }

        return Describe(name, properties.ContentLength, properties.Metadata);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ArtifactDescription> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArtifactName.CheckPrefix(prefix);
        foreach (var blob in await ListBlobsAsync(location.Artifacts, prefix, BlobTraits.Metadata, cancellationToken))
        {
            var name = blob.Name[location.Artifacts.Length..];
            yield return Describe(name, blob.Properties.ContentLength ?? 0, blob.Metadata);
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        trusted.TryRemove(name, out _);
        return CallAsync(
            $"delete '{name}'", () => DeleteArtifactAsync(name, cancellationToken), missing: false, cancellationToken);
    }

    private BlobClient GetArtifact(string name) => container.GetBlobClient(location.Artifacts + name);

    private static async Task<BlobProperties?> GetPropertiesAsync(BlobClient blob, CancellationToken cancellationToken) =>
        (await blob.GetPropertiesAsync(conditions: null, cancellationToken)).Value;

    private async Task<bool> DeleteArtifactAsync(string name, CancellationToken cancellationToken)
    {
        var snapshots = DeleteSnapshotsOption.IncludeSnapshots;
        return (await GetArtifact(name).DeleteIfExistsAsync(snapshots, conditions: null, cancellationToken)).Value;
    }

    private async Task<bool> ReadPageAsync(CancellationToken cancellationToken)
    {
        var blobs = container.GetBlobsAsync(BlobTraits.None, BlobStates.None, location.Artifacts, cancellationToken);
        await foreach (var page in blobs.AsPages(pageSizeHint: 1))
        {
            break;
        }

        return true;
    }

    private ArtifactDescription Describe(string name, long length, IDictionary<string, string> metadata)
    {
        if (metadata.TryGetValue(DigestKey, out var digest) && digest.Length == 64)
        {
            return new ArtifactDescription(name, length, digest);
        }

        var message =
            $"{DescribePlace(name)} has no digest in its metadata ({DigestKey}): something other than IfGuide wrote or changed it. "
            + "Delete it and submit the run again: the artifact will be computed anew.";
        throw new ArtifactCorruptException(message) { Artifact = name };
    }

    /// <summary>An artifact's place, for people who look for it with other tools.</summary>
    private string DescribePlace(string name) =>
        $"'{location.Artifacts}{name}' of container '{location.Container}' at {errors.Endpoint}";

    private async Task<List<BlobItem>> ListBlobsAsync(
        string folder, string prefix, BlobTraits traits, CancellationToken cancellationToken)
    {
        var blobs = await CallAsync(
            $"list '{prefix}'", () => ReadBlobsAsync(folder + prefix, traits, cancellationToken), missing: [], cancellationToken);

        // Accounts with a hierarchical namespace have another order.
        blobs.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return blobs;
    }

    private async Task<List<BlobItem>> ReadBlobsAsync(string prefix, BlobTraits traits, CancellationToken cancellationToken)
    {
        var found = new List<BlobItem>();
        await foreach (var blob in container.GetBlobsAsync(traits, BlobStates.None, prefix, cancellationToken))
        {
            found.Add(blob);
        }

        return found;
    }

    /// <summary>Asks the server; what is missing gives <paramref name="missing"/>, failures are described.</summary>
    private async Task<T> CallAsync<T>(string action, Func<Task<T>> call, T missing, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception)
            when (AzureErrors.IsBlobMissing(exception) || (IsEmulator && AzureErrors.IsContainerMissing(exception)))
        {
            return missing;
        }
        catch (Exception exception) when (AzureErrors.IsFromClient(exception, cancellationToken))
        {
            throw errors.Describe(action, exception);
        }
    }

    /// <summary>Asks the server to write; a condition that does not hold is the caller's to understand.</summary>
    /// <remarks>
    /// The container of an emulator is made on the way. The container of an account never is:
    /// its owner decides on redundancy, access and costs.
    /// </remarks>
    private async Task<T> WriteAsync<T>(string action, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (IsEmulator && AzureErrors.IsContainerMissing(exception))
        {
            await CallAsync(
                "make its container", () => CreateContainerAsync(cancellationToken), missing: false, cancellationToken);
            return await WriteAsync(action, call, cancellationToken);
        }
        catch (Exception exception)
            when (!AzureErrors.IsConditionFailed(exception) && AzureErrors.IsFromClient(exception, cancellationToken))
        {
            throw errors.Describe(action, exception);
        }
    }

    private async Task<bool> CreateContainerAsync(CancellationToken cancellationToken) => await container.CreateIfNotExistsAsync(
        PublicAccessType.None, metadata: null, encryptionScopeOptions: null, cancellationToken) is not null;
}
