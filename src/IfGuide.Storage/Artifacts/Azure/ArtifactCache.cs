using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>Fetched artifacts on the local disk, by digest. Any number of processes may share the folder.</summary>
/// <remarks>
/// A file is digested once per process and then only as its identity changes. Beyond the capacity the files used longest ago go, but none that was handed out
/// in the last minutes: what a caller has mapped stays readable anyhow, and what it is about to open is still there.
/// </remarks>
internal sealed class ArtifactCache
{
    /// <summary>Names the folder.</summary>
    public const string FolderVariable = "IFGUIDE_CACHE";

    /// <summary>Names the capacity in GiB.</summary>
    public const string CapacityVariable = "IFGUIDE_CACHE_GIB";

    /// <summary>How long a file that was handed out stays at least.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private const long LargestDefault = 32L << 30;
    private const long ScansPerCapacity = 16;

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
        var temporary = Path.Combine(this.folder, ".temporary");
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
        var folder = environment(FolderVariable) is { Length: > 0 } named ? named : Path.Combine(
            environment("XDG_CACHE_HOME") is { Length: > 0 } home ? home
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } user ? Path.Combine(user, ".cache") : Path.GetTempPath(),
            "ifguide",
            "artifacts");
        if (environment(CapacityVariable) is not { Length: > 0 } text)
        {
            return new ArtifactCache(folder, LargestDefault, time);
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var gibibytes) && gibibytes is > 0 and < 1 << 20
            ? new ArtifactCache(folder, (long)(gibibytes * (1L << 30)), time)
            : throw new UserErrorException($"{CapacityVariable} is '{text}': expected the size of the cache in GiB, such as 32.");
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

        return Touch(path) ? path : null;
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
            return 0;
        });
        if (Identify(path) is { } identity)
        {
            verified[path] = identity;
        }

        Touch(path);
        if (Interlocked.Add(ref unscanned, description.Length) > capacity / ScansPerCapacity)
        {
            Trim();
        }

        return path;
    }

    /// <summary>SHA-256 of a file, lower-case hexadecimal.</summary>
    public static async Task<string> DigestAsync(FileStream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    private static async Task<string?> DigestAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 20, FileOptions.SequentialScan);
            return await DigestAsync(file, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Removes what was used longest ago until the capacity holds nine tenths.</summary>
    private void Trim()
    {
        if (!trimming.TryEnter())
        {
            return;
        }

        try
        {
            Interlocked.Exchange(ref unscanned, 0);
            var files = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.DirectoryName!.Length > folder.Length && !file.DirectoryName.EndsWith(".temporary", StringComparison.Ordinal))
                .Select(file => (file.FullName, file.Length, file.LastAccessTimeUtc)).OrderBy(file => file.LastAccessTimeUtc).ToList();
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
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another process removes files at the same time; the next file looks again.
        }
        finally
        {
            trimming.Exit();
        }
    }

    private bool Touch(string path)
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
    private static FileIdentity? Identify(string path) => FileSystem.Identify(path) is { } identity ? identity with { ChangedSeconds = 0, ChangedNanoseconds = 0 } : null;

    /// <remarks>With the name's extension, by which readers tell formats.</remarks>
    private string PathOf(ArtifactDescription description) =>
        Path.Combine(folder, description.Digest[..2], description.Digest + Path.GetExtension(description.Name));
}
