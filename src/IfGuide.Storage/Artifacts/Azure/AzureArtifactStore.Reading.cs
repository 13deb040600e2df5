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
    /// <remarks>
    /// Makes one request for what is short or lies in the cache, and none when the server confirmed it in the last seconds.
    /// The file stays for ten minutes after it was last handed out.
    /// </remarks>
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

    private void Trust(ArtifactDescription description) =>
        trusted[description.Name] = new Confirmed(description, options.Time.GetTimestamp());

    private async Task<string?> FindTrustedAsync(string name, CancellationToken cancellationToken)
    {
        if (!trusted.TryGetValue(name, out var seen) || options.Time.GetElapsedTime(seen.At) >= options.Freshness)
        {
            return null;
        }

        return await cache.FindAsync(seen.Description, cancellationToken);
    }

    private async Task<string> FetchFromServerAsync(string name, CancellationToken cancellationToken)
    {
        if (trusted.ContainsKey(name) && await ConfirmAsync(name, cancellationToken) is { } unchanged)
        {
            return unchanged;
        }

        for (var i = 0; ; i++)
        {
            var last = i == Tries - 1;
            var (description, path) = await CallAsync(
                $"read '{name}'", () => DownloadAsync(name, last, cancellationToken), missing: default, cancellationToken);
            if (description is null)
            {
                throw DescribeAbsence(name);
            }

            if (path is not null)
            {
                Trust(description);
                return path;
            }
        }
    }

    /// <summary>Asks for the properties alone, which costs no content; null when the cache holds other bytes or none.</summary>
    private async Task<string?> ConfirmAsync(string name, CancellationToken cancellationToken)
    {
        var now = await FindAsync(name, cancellationToken) ?? throw DescribeAbsence(name);
        var cached = await cache.FindAsync(now, cancellationToken);
        if (cached is not null)
        {
            Trust(now);
        }

        return cached;
    }

    /// <summary>Fetches once; a null path: the bytes were wrong or changed on the way, and another try may do.</summary>
    private async Task<(ArtifactDescription? Description, string? Path)> DownloadAsync(
        string name, bool last, CancellationToken cancellationToken)
    {
        var blob = GetArtifact(name);
        using var first = await BeginAsync(blob, cancellationToken);
        var description = Describe(name, ReadLength(first.Details), first.Details.Metadata);
        if (await cache.FindAsync(description, cancellationToken) is { } cached)
        {
            return (description, cached);
        }

        var download = ContinueOrCreate(description, first.Details.ETag);
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

        return (description, await VerifyAsync(download, description, last, cancellationToken));
    }

    /// <summary>Takes up the download that a failure interrupted, if it is of the same bytes.</summary>
    private BlobDownload ContinueOrCreate(ArtifactDescription description, ETag tag)
    {
        if (unfinished.TryRemove(description.Name, out var begun) && begun.IsOf(tag))
        {
            return begun;
        }

        return new BlobDownload(cache.CreateTemporary(), tag, description.Length, options.BlockLength);
    }

    /// <summary>Takes a whole download into the cache; null when its bytes are wrong and another try is left.</summary>
    /// <exception cref="ArtifactCorruptException">The bytes are wrong, and this was the last try.</exception>
    private async Task<string?> VerifyAsync(
        BlobDownload download, ArtifactDescription description, bool last, CancellationToken cancellationToken)
    {
        var digest = await FileDigest.ComputeAsync(download.File, cancellationToken);
        if (digest == description.Digest)
        {
            return cache.Add(download.File, description);
        }

        Discard(download);
        if (last)
        {
            throw DescribeDamage(description, digest);
        }

        return null;
    }

    private async Task<BlobDownloadStreamingResult> BeginAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var range = new BlobDownloadOptions { Range = new HttpRange(0, options.BlockLength) };
            return (await blob.DownloadStreamingAsync(range, cancellationToken)).Value;
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
    private static long ReadLength(BlobDownloadDetails details)
    {
        if (details.ContentRange is not { Length: > 0 } range)
        {
            return details.ContentLength;
        }

        return long.Parse(range.AsSpan(range.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private ArtifactNotFoundException DescribeAbsence(string name) =>
        new($"The store '{Uri}' has no artifact '{name}'.") { Artifact = name };

    private ArtifactCorruptException DescribeDamage(ArtifactDescription expected, string found)
    {
        var name = expected.Name;
        var message =
            $"{DescribePlace(name)} is damaged: its SHA-256 is {found}, but {expected.Digest} was recorded when it was written. Delete it with "
            + $"'az storage blob delete --container-name {location.Container} --name {location.Artifacts}{name}' "
            + "and submit the run again: it will be computed anew.";
        return new ArtifactCorruptException(message) { Artifact = name };
    }
}
