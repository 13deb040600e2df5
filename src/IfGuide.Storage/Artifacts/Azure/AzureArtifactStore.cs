using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>Artifacts and records in a container of Azure Blob Storage, or of a server that speaks its protocol.</summary>
/// <remarks>
/// Blobs <c>artifacts/NAME</c> and <c>records/NAME</c>, each with its SHA-256 in its metadata, which the server stores in one step with the content.
/// An artifact is staged in the local cache, digested on the way, and created under the condition that there is none. Nothing is asked of the server when the store is opened.
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
    /// <param name="options">Patience, transfers, cache.</param>
    /// <exception cref="IfGuide.Abstractions.UserErrorException">The environment has no credentials.</exception>
    public AzureArtifactStore(AzureLocation location, AzureStoreOptions options)
    {
        this.location = location;
        this.options = options;
        container = AzureConnection.Open(location, options.Environment, options.ForClient());
        errors = new AzureErrors(location, container.Uri.GetLeftPart(UriPartial.Authority), container.AccountName);
        cache = options.Cache ?? ArtifactCache.FromEnvironment(options.Environment, options.Time);
    }

    /// <inheritdoc/>
    public string WorkFolder => cache.Folder;

    /// <inheritdoc/>
    public string Uri => location.ToString();

    private bool IsEmulator => container.AccountName == AzureConnection.EmulatorAccount;

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellationToken = default) => CallAsync(
        "be opened",
        async () =>
        {
            await foreach (var page in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, location.Artifacts, cancellationToken).AsPages(pageSizeHint: 1))
            {
                break;
            }

            return true;
        },
        missing: false,
        cancellationToken);

    /// <inheritdoc/>
    public async Task<ArtifactDescription?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        var properties = await CallAsync<BlobProperties?>($"look for '{name}'", async () => (await Blob(name).GetPropertiesAsync(conditions: null, cancellationToken)).Value, missing: null, cancellationToken);
        return properties is null ? null : Describe(name, properties.ContentLength, properties.Metadata);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ArtifactDescription> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArtifactName.CheckPrefix(prefix);
        foreach (var blob in await ListBlobsAsync(location.Artifacts, prefix, BlobTraits.Metadata, cancellationToken))
        {
            yield return Describe(blob.Name[location.Artifacts.Length..], blob.Properties.ContentLength ?? 0, blob.Metadata);
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        trusted.TryRemove(name, out _);
        return CallAsync($"delete '{name}'", async () => (await Blob(name).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions: null, cancellationToken)).Value, missing: false, cancellationToken);
    }

    private BlobClient Blob(string name) => container.GetBlobClient(location.Artifacts + name);

    private ArtifactDescription Describe(string name, long length, IDictionary<string, string> metadata) =>
        metadata.TryGetValue(DigestKey, out var digest) && digest.Length == 64
            ? new ArtifactDescription(name, length, digest)
            : throw new ArtifactCorruptException($"{BlobOf(name)} has no digest in its metadata ({DigestKey}): something other than IfGuide wrote or changed it. Delete it and submit the run again: the artifact will be computed anew.") { Artifact = name };

    /// <summary>An artifact's place, for people who look for it with other tools.</summary>
    private string BlobOf(string name) => $"'{location.Artifacts}{name}' of container '{location.Container}' at {errors.Endpoint}";

    private async Task<List<BlobItem>> ListBlobsAsync(string folder, string prefix, BlobTraits traits, CancellationToken cancellationToken)
    {
        var blobs = await CallAsync<List<BlobItem>>(
            $"list '{prefix}'",
            async () =>
            {
                var found = new List<BlobItem>();
                await foreach (var blob in container.GetBlobsAsync(traits, BlobStates.None, folder + prefix, cancellationToken))
                {
                    found.Add(blob);
                }

                return found;
            },
            missing: [],
            cancellationToken);
        blobs.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name)); // accounts with a hierarchical namespace have another order
        return blobs;
    }

    /// <summary>Asks the server; what is missing gives <paramref name="missing"/>, failures are described.</summary>
    private async Task<T> CallAsync<T>(string action, Func<Task<T>> call, T missing, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (AzureErrors.IsBlobMissing(exception) || (IsEmulator && AzureErrors.IsContainerMissing(exception)))
        {
            return missing;
        }
        catch (Exception exception) when (AzureErrors.IsFromClient(exception, cancellationToken))
        {
            throw errors.Describe(action, exception);
        }
    }

    /// <summary>Asks the server to write; a condition that does not hold is the caller's to understand. The container of an emulator is made on the way; one of an account never is: whoever owns it decides on redundancy, access and costs.</summary>
    private async Task<T> WriteAsync<T>(string action, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (IsEmulator && AzureErrors.IsContainerMissing(exception))
        {
            await CallAsync("make its container", async () => await container.CreateIfNotExistsAsync(PublicAccessType.None, metadata: null, encryptionScopeOptions: null, cancellationToken) is not null, missing: false, cancellationToken);
            return await WriteAsync(action, call, cancellationToken);
        }
        catch (Exception exception) when (!AzureErrors.IsConditionFailed(exception) && AzureErrors.IsFromClient(exception, cancellationToken))
        {
            throw errors.Describe(action, exception);
        }
    }
}
