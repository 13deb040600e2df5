using System.Collections.Concurrent;
using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace IfGuide.Storage.Artifacts.Azure;

/// <content>Fetching artifacts into the cache.</content>
internal sealed partial class AzureArtifactStore
{
    private const int LockCount = 256;

    private readonly ConcurrentDictionary<string, Confirmed> trusted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BlobDownload> unfinished = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim[] locks = [.. Enumerable.Range(0, LockCount).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>What the server said of an artifact, and when.</summary>
    private readonly record struct Confirmed(ArtifactDescription Description, long At);

    /// <inheritdoc/>
    /// <remarks>One request for what is short or lies in the cache; none when the server confirmed it in the last seconds. The file stays for ten minutes after it was last handed out.</remarks>
    public async Task<string> FetchAsync(string name, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        if (await FindTrustedAsync(name, cancellationToken) is { } known)
        {
            return known;
        }

        // Several units of a silo want the same artifact at the same time: it is fetched once.
        var gate = locks[(uint)string.GetHashCode(name, StringComparison.Ordinal) % LockCount];
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await FindTrustedAsync(name, cancellationToken) ?? await FetchFromServerAsync(name, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    private void Trust(ArtifactDescription description) => trusted[description.Name] = new Confirmed(description, options.Time.GetTimestamp());

    private async Task<string?> FindTrustedAsync(string name, CancellationToken cancellationToken) =>
        trusted.TryGetValue(name, out var seen) && options.Time.GetElapsedTime(seen.At) < options.Freshness
            ? await cache.FindAsync(seen.Description, cancellationToken)
            : null;

    private async Task<string> FetchFromServerAsync(string name, CancellationToken cancellationToken)
    {
        if (trusted.ContainsKey(name)) // most likely unchanged and in the cache: asking for properties costs no content
        {
            var now = await FindAsync(name, cancellationToken) ?? throw NotFound(name);
            if (await cache.FindAsync(now, cancellationToken) is { } cached)
            {
                Trust(now);
                return cached;
            }
        }

        for (var i = 0; ; i++)
        {
            var last = i == Tries - 1;
            var (description, path) = await CallAsync($"read '{name}'", () => DownloadAsync(name, last, cancellationToken), missing: default, cancellationToken);
            if (description is null)
            {
                throw NotFound(name);
            }

            if (path is not null)
            {
                Trust(description);
                return path;
            }
        }
    }

    /// <summary>Fetches once; a null path: the bytes were wrong or changed on the way, and another try may do.</summary>
    private async Task<(ArtifactDescription? Description, string? Path)> DownloadAsync(string name, bool last, CancellationToken cancellationToken)
    {
        var blob = Blob(name);
        using var first = await BeginAsync(blob, cancellationToken);
        var description = Describe(name, LengthOf(first.Details), first.Details.Metadata);
        if (await cache.FindAsync(description, cancellationToken) is { } cached)
        {
            return (description, cached);
        }

        var download = unfinished.TryRemove(name, out var begun) && begun.IsOf(first.Details.ETag) ? begun : new BlobDownload(cache.CreateTemporary(), first.Details.ETag, description.Length, options.BlockLength);
        try
        {
            await download.FillAsync(blob, first.Content, options.Parallel, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 412 && !last)
        {
            Discard(download); // deleted and made anew meanwhile
            return (description, null);
        }
        catch
        {
            unfinished[name] = download;
            throw;
        }

        var digest = await ArtifactCache.DigestAsync(download.File, cancellationToken);
        if (digest == description.Digest)
        {
            return (description, cache.Add(download.File, description));
        }

        Discard(download);
        return last
            ? throw new ArtifactCorruptException(
                $"{BlobOf(name)} is damaged: its SHA-256 is {digest}, but {description.Digest} was recorded when it was written. Delete it with "
                + $"'az storage blob delete --container-name {location.Container} --name {location.Artifacts}{name}' and submit the run again: it will be computed anew.") { Artifact = name }
            : (description, null);
    }

    private async Task<BlobDownloadStreamingResult> BeginAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return (await blob.DownloadStreamingAsync(new BlobDownloadOptions { Range = new HttpRange(0, options.BlockLength) }, cancellationToken)).Value;
        }
        catch (RequestFailedException exception) when (exception.Status == 416) // an empty blob has no range
        {
            return (await blob.DownloadStreamingAsync(new BlobDownloadOptions(), cancellationToken)).Value;
        }
    }

    private static void Discard(BlobDownload download)
    {
        download.File.Dispose();
        File.Delete(download.File.Name);
    }

    /// <remarks>An answer to a range names the whole length as <c>bytes FIRST-LAST/LENGTH</c>.</remarks>
    private static long LengthOf(BlobDownloadDetails details) => details.ContentRange is { Length: > 0 } range
        ? long.Parse(range.AsSpan(range.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture)
        : details.ContentLength;

    private ArtifactNotFoundException NotFound(string name) => new($"The store '{Uri}' has no artifact '{name}'.") { Artifact = name };
}
