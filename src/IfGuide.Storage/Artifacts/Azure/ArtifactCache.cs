using System.Collections.Concurrent;
using System.Globalization;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>Fetched artifacts on the local disk, by digest. Any number of processes may share the folder.</summary>
/// <remarks>
/// A process digests a file once, and again only when its identity changes. Beyond the capacity the files used longest ago go.
/// A file that was handed out in the last minutes stays, so a caller still finds what it is about to open.
/// What a caller has mapped stays readable in any case.
/// </remarks>
internal sealed class ArtifactCache
{
    /// <summary>Names the folder.</summary>
    public const string FolderVariable = "IFGUIDE_CACHE";

    /// <summary>Names the capacity in GiB.</summary>
    public const string CapacityVariable = "IFGUIDE_CACHE_GIB";

    /// <summary>How long a file that was handed out stays at least.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private const long DefaultCapacity = 32L << 30;
    private const long BytesPerGibibyte = 1L << 30;
    private const long ScansPerCapacity = 16;
    private const string TemporaryName = ".temporary";

    private readonly string folder;
    private readonly long capacity;
    private readonly TimeProvider time;
    private readonly TemporaryFiles temporaries;
    private readonly ConcurrentDictionary<string, FileIdentity> verified = new(StringComparer.Ordinal);
    private readonly Lock trimming = new();
    private long unscanned;

    /// <summary>Opens a cache, creating its folder where there is none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="capacity">Bytes.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StoreUnavailableException">The folder cannot be created or written.</exception>
    public ArtifactCache(string folder, long capacity, TimeProvider time)
    {
        this.folder = Path.GetFullPath(folder);
        this.capacity = capacity;
        this.time = time;
        unscanned = capacity; // the first file makes it look at what is there
        var temporary = Path.Combine(this.folder, TemporaryName);
        StoreUnavailableException.Guard("create", this.folder, () =>
        {
            Directory.CreateDirectory(this.folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return Directory.CreateDirectory(temporary);
        });
        temporaries = new TemporaryFiles(temporary);
        temporaries.RemoveLeftovers();
    }

    /// <summary>The cache that the environment names.</summary>
    /// <exception cref="UserErrorException">The capacity is no number.</exception>
    public static ArtifactCache FromEnvironment(Func<string, string?> environment, TimeProvider time)
    {
        var folder = FindFolder(environment);
        if (environment(CapacityVariable) is not { Length: > 0 } text)
        {
            return new ArtifactCache(folder, DefaultCapacity, time);
        }

        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var gibibytes);
        if (!isNumber || gibibytes is not (> 0 and < 1 << 20))
        {
            throw new UserErrorException($"{CapacityVariable} is '{text}': expected the size of the cache in GiB, such as 32.");
        }

        return new ArtifactCache(folder, (long)(gibibytes * BytesPerGibibyte), time);
    }

    /// <summary>The folder, absolute.</summary>
    public string Folder => folder;

    /// <summary>Creates a file to be filled and then <see cref="Add">added</see>.</summary>
    public FileStream CreateTemporary() => temporaries.Create();

    /// <summary>The file with an artifact's bytes, digest checked; null when there is none.</summary>
    public async Task<string?> FindAsync(ArtifactDescription description, CancellationToken cancellationToken)
    {
        var path = PathOf(description);
        if (Identify(path) is not { } identity)
        {
            return null;
        }

        if (!verified.TryGetValue(path, out var seen) || seen != identity)
        {
            if (identity.Length != description.Length || await DigestAsync(path, cancellationToken) != description.Digest)
            {
                File.Delete(path); // torn by a crash of the machine, or damaged: it is fetched again
                return null;
            }

            verified[path] = identity;
        }

        if (!TryTouch(path))
        {
            return null;
        }

        return path;
    }

    /// <summary>Takes a temporary file, whole and with the artifact's digest, into the cache.</summary>
    /// <returns>Its path, read only.</returns>
    public string Add(FileStream file, ArtifactDescription description)
    {
        var path = PathOf(description);
        StoreUnavailableException.Guard("write", path, () =>
        {
            File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead);
            file.Dispose();
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(file.Name, path, overwrite: true);
        });
        if (Identify(path) is { } identity)
        {
            verified[path] = identity;
        }

        TryTouch(path);
        if (Interlocked.Add(ref unscanned, description.Length) > capacity / ScansPerCapacity)
        {
            Trim();
        }

        return path;
    }

    private static string FindFolder(Func<string, string?> environment)
    {
        if (environment(FolderVariable) is { Length: > 0 } named)
        {
            return named;
        }

        return Path.Combine(FindUserCache(environment), "ifguide", "artifacts");
    }

    private static string FindUserCache(Func<string, string?> environment)
    {
        if (environment("XDG_CACHE_HOME") is { Length: > 0 } cache)
        {
            return cache;
        }

        if (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home)
        {
            return Path.Combine(home, ".cache");
        }

        return Path.GetTempPath();
    }

    private static async Task<string?> DigestAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await FileDigest.ComputeAsync(path, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Removes what was used longest ago until the files take nine tenths of the capacity.</summary>
    private void Trim()
    {
        if (!trimming.TryEnter())
        {
            return;
        }

        try
        {
            Interlocked.Exchange(ref unscanned, 0);
            RemoveOldest(ListFiles());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another process removes files at the same time; the next file looks again.
        }
        finally
        {
            trimming.Exit();
        }
    }

    private void RemoveOldest(List<CachedFile> files)
    {
        var total = files.Sum(file => file.Length);
        foreach (var (path, length, _) in files)
        {
            if (total <= capacity - (capacity / 10))
            {
                break;
            }

            if (time.GetUtcNow().UtcDateTime - File.GetLastAccessTimeUtc(path) > Grace)
            {
                File.Delete(path);
                verified.TryRemove(path, out _);
                total -= length;
            }
        }
    }

    /// <summary>The cached files, the one used longest ago first.</summary>
    private List<CachedFile> ListFiles()
    {
        var files = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories);
        var cached = files.Where(file => IsCacheFolder(file.DirectoryName!));
        var described = cached.Select(file => new CachedFile(file.FullName, file.Length, file.LastAccessTimeUtc));
        return [.. described.OrderBy(file => file.LastAccess)];
    }

    private bool IsCacheFolder(string path) =>
        path.Length > folder.Length && !path.EndsWith(TemporaryName, StringComparison.Ordinal);

    /// <summary>Notes that a file is used; false when it is gone.</summary>
    private bool TryTouch(string path)
    {
        try
        {
            File.SetLastAccessTimeUtc(path, time.GetUtcNow().UtcDateTime);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <remarks>Without the time of change: every touch changes it.</remarks>
    private static FileIdentity? Identify(string path)
    {
        if (FileSystem.Identify(path) is not { } identity)
        {
            return null;
        }

        return identity with { ChangedSeconds = 0, ChangedNanoseconds = 0 };
    }

    /// <remarks>With the name's extension, by which readers tell formats.</remarks>
    private string PathOf(ArtifactDescription description) =>
        Path.Combine(folder, description.Digest[..2], description.Digest + Path.GetExtension(description.Name));

    private sealed record CachedFile(string Path, long Length, DateTime LastAccess);
}
