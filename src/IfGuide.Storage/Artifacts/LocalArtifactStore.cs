using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace IfGuide.Storage.Artifacts;

/// <summary>Artifacts and records in a folder of a local (or shared POSIX) file system.</summary>
/// <remarks>
/// An artifact is written to a temporary file and digested on the way, flushed, and then linked to its name under the name's lock. Its digest is durable
/// before its name is, so an artifact that can be seen can be checked. Any number of processes may use one folder.
/// </remarks>
public sealed partial class LocalArtifactStore : IStore
{
    private readonly StoreFolders folders;
    private readonly Func<FileStream> createTemporary;
    private readonly ConcurrentDictionary<string, FileIdentity> verified = new(StringComparer.Ordinal);

    /// <summary>Opens a store, creating its folder when there is none, and removes what killed writers left behind.</summary>
    /// <param name="root">The folder.</param>
    /// <exception cref="StoreUnavailableException">The folder cannot be created or written; the message names it.</exception>
    public LocalArtifactStore(string root) : this(root, createTemporary: null) { }

    /// <summary>Opens a store whose temporary files come from elsewhere, so that a test can fill the disk.</summary>
    internal LocalArtifactStore(string root, Func<FileStream>? createTemporary)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        folders = new StoreFolders(root);
        this.createTemporary = createTemporary ?? folders.CreateTemporary;
    }

    /// <summary>The store's folder, absolute.</summary>
    public string Root => folders.Root;

    /// <inheritdoc/>
    public string WorkFolder => folders.Temporary;

    /// <inheritdoc/>
    public string Uri => $"file:{Root}";

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">The disk is full or the folder cannot be written.</exception>
    public async Task<ArtifactDescription> PutAsync(string name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        ArgumentNullException.ThrowIfNull(write);
        cancellationToken.ThrowIfCancellationRequested();
        await using var file = createTemporary();
        try
        {
            await using var digesting = new DigestingStream(file, file.Name);
            await write(digesting, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            var digest = digesting.Complete();
            var description = new ArtifactDescription(name, digesting.Length, digest);
            return StoreUnavailableException.Guard("write", PathOf(name), () =>
            {
                Close(file);
                return Publish(file.Name, description);
            });
        }
        finally
        {
            File.Delete(file.Name);
        }
    }

    /// <inheritdoc/>
    public Task<ArtifactDescription?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Find(name));
    }

    /// <inheritdoc/>
    public async Task<string> FetchAsync(string name, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        var path = PathOf(name);
        var identity = FileSystem.Identify(path);
        if (identity is not null && verified.TryGetValue(name, out var seen) && seen == identity)
        {
            return path;
        }

        var expected = Find(name) ?? throw new ArtifactNotFoundException($"The store '{Root}' has no artifact '{name}'.") { Artifact = name };
        var found = await DigestAsync(path, cancellationToken);
        if (found != expected.Digest)
        {
            throw new ArtifactCorruptException(
                $"'{path}' is damaged: its SHA-256 is {found}, but {expected.Digest} was recorded when it was written. Delete it with 'rm {path}' and submit the run again: it will be computed anew. Check the disk.") { Artifact = name };
        }

        verified[name] = identity!.Value;
        return path;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ArtifactDescription> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArtifactName.CheckPrefix(prefix);
        foreach (var name in Names(folders.Artifacts, prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Find(name) is { } description)
            {
                yield return description;
            }
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        return Task.FromResult(StoreUnavailableException.Guard("delete", path, () =>
        {
            using var held = folders.Lock(name);
            if (!File.Exists(path))
            {
                return false;
            }

            File.Delete(path);
            FileSystem.FlushFolder(Path.GetDirectoryName(path)!);
            File.Delete(DigestPathOf(name));
            verified.TryRemove(name, out _);
            return true;
        }));
    }

    /// <summary>Makes a temporary file durable and gives up its lock, which readers of its final name would run into.</summary>
    private static void Close(FileStream file)
    {
        file.Flush(flushToDisk: true);
        File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        file.Dispose();
    }

    /// <summary>Gives a whole temporary file its name, unless the name exists.</summary>
    private ArtifactDescription Publish(string temporary, ArtifactDescription description)
    {
        var path = PathOf(description.Name);
        FileSystem.CreateFolder(Path.GetDirectoryName(path)!);
        using var held = folders.Lock(description.Name);
        if (!File.Exists(path))
        {
            WriteSmall(DigestPathOf(description.Name), Encoding.ASCII.GetBytes($"{description.Digest} {description.Length}\n"));
            if (FileSystem.LinkIfAbsent(temporary, path))
            {
                FileSystem.FlushFolder(Path.GetDirectoryName(path)!);
                return description;
            }
        }

        var first = Find(description.Name);
        return first == description
            ? description
            : throw new ArtifactConflictException(
                $"'{description.Name}' exists in the store '{Root}' with other bytes ({first?.Length} bytes, SHA-256 {first?.Digest}; now {description.Length} bytes, {description.Digest}): "
                + "its computation is not deterministic on this machine, or machines of the cluster differ. The first bytes were kept.");
    }

    private ArtifactDescription? Find(string name)
    {
        var digestPath = DigestPathOf(name);
        if (FileSystem.Identify(PathOf(name)) is not { } identity || !File.Exists(digestPath))
        {
            return null; // the digest goes last when an artifact is deleted
        }

        var recorded = File.ReadAllText(digestPath).Split(' ', 2);
        return recorded.Length == 2 && recorded[0].Length == 64
            ? new ArtifactDescription(name, identity.Length, recorded[0])
            : throw new ArtifactCorruptException($"'{digestPath}' is damaged: it should hold a SHA-256 and a length. Delete it and '{PathOf(name)}' and submit the run again: the artifact will be computed anew.") { Artifact = name };
    }

    /// <summary>Writes or replaces a small file durably and at once.</summary>
    private void WriteSmall(string path, ReadOnlySpan<byte> bytes)
    {
        FileSystem.CreateFolder(Path.GetDirectoryName(path)!);
        using var file = createTemporary();
        try
        {
            file.Write(bytes);
            Close(file);
            File.Move(file.Name, path, overwrite: true);
            FileSystem.FlushFolder(Path.GetDirectoryName(path)!);
        }
        finally
        {
            File.Delete(file.Name);
        }
    }

    private static async Task<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 20, FileOptions.SequentialScan);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        }
        catch (Exception failure) when (StoreUnavailableException.IsFileSystemFailure(failure))
        {
            throw StoreUnavailableException.Because("read", path, failure);
        }
    }

    private static List<string> Names(string folder, string prefix)
    {
        var start = Path.Combine(folder, prefix);
        if (!Directory.Exists(start))
        {
            return [];
        }

        var names = Directory.EnumerateFiles(start, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).ToList();
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private string PathOf(string name) => Path.Combine(folders.Artifacts, name);

    private string DigestPathOf(string name) => Path.Combine(folders.Digests, name);
}
