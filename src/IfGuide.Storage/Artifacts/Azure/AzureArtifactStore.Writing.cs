using Azure;
using Azure.Storage.Blobs.Specialized;

namespace IfGuide.Storage.Artifacts.Azure;

/// <content>Putting artifacts.</content>
internal sealed partial class AzureArtifactStore
{
    private const int Tries = 3;

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">The server cannot be reached or refuses, or the cache's disk is full.</exception>
    public async Task<ArtifactDescription> PutAsync(
        string name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        ArgumentNullException.ThrowIfNull(write);
        cancellationToken.ThrowIfCancellationRequested();
        await using var file = cache.CreateTemporary();
        try
        {
            await using var digesting = new DigestingStream(file, file.Name);
            await write(digesting, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            var digest = digesting.Complete();
            var description = new ArtifactDescription(name, digesting.Length, digest);
            await PublishAsync(file, description, cancellationToken);
            cache.Add(file, description); // who wrote it will often read it
            Trust(description);
            return description;
        }
        finally
        {
            File.Delete(file.Name);
        }
    }

    /// <summary>Creates the blob unless it exists; what exists must be the same.</summary>
    /// <remarks>When an answer was lost and the client asked again, the blob that is in the way is our own: its digest says so.</remarks>
    private async Task PublishAsync(FileStream file, ArtifactDescription description, CancellationToken cancellationToken)
    {
        var name = description.Name;
        var askFirst = description.Length > options.BlockLength; // a long upload is worth a question first
        for (var i = 0; i < Tries; i++)
        {
            if (askFirst && await FindAsync(name, cancellationToken) is { } known)
            {
                RequireSame(known, description);
                return;
            }

            try
            {
                await WriteAsync($"write '{name}'", () => UploadAsync(file, description, cancellationToken), cancellationToken);
                return;
            }
            catch (RequestFailedException exception) when (AzureErrors.IsConditionFailed(exception))
            {
                askFirst = true; // when it is gone again by then, it was deleted meanwhile
            }
        }

        var cause = new IOException("The blob was deleted while it was created.");
        var message = $"'{name}' comes and goes in the store '{Uri}': something deletes it while it is written.";
        throw new StoreUnavailableException(message, cause) { IsTransient = true };
    }

    private async Task<ETag> UploadAsync(FileStream file, ArtifactDescription description, CancellationToken cancellationToken)
    {
        var blob = container.GetBlockBlobClient(location.Artifacts + description.Name);
        var metadata = new Dictionary<string, string> { [DigestKey] = description.Digest };
        return await BlobUpload.CreateAsync(blob, file, metadata, options, cancellationToken);
    }

    private void RequireSame(ArtifactDescription first, ArtifactDescription now)
    {
        if (first != now)
        {
            throw new ArtifactConflictException(
                $"'{now.Name}' exists in the store '{Uri}' with other bytes ({first.Length} bytes, SHA-256 {first.Digest}; now {now.Length} bytes, {now.Digest}): "
                + "its computation is not deterministic on this machine, or machines of the cluster differ. The first bytes were kept.");
        }
    }
}
