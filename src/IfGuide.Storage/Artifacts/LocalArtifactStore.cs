using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;

namespace IfGuide.Storage.Artifacts;

/// <summary>Artifacts and records in a folder of a local (or shared POSIX) file system.</summary>
/// <remarks>
/// An artifact is written to a temporary file and digested on the way. It is flushed, and then linked to its name under the name's lock.
/// Its digest is durable before its name is, so an artifact that can be seen can be checked. Any number of processes may use one folder.
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
    public async Task<ArtifactDescription> PutAsync(
        string name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken = default)
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
            return StoreUnavailableException.Guard("write", PathOf(name), () => Publish(file, description));
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

        if (Find(name) is not { } expected)
        {
            throw new ArtifactNotFoundException($"The store '{Root}' has no artifact '{name}'.") { Artifact = name };
        }

        var found = await DigestAsync(path, cancellationToken);
        if (found != expected.Digest)
        {
            throw DescribeDamage(expected, found);
        }

        verified[name] = identity!.Value;
        return path;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ArtifactDescription> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArtifactName.CheckPrefix(prefix);
        foreach (var name in ListNames(folders.Artifacts, prefix))
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
        return Task.FromResult(StoreUnavailableException.Guard("delete", PathOf(name), () => Delete(name)));
    }

    /// <summary>Makes a temporary file durable and gives up its lock, which readers of its final name would run into.</summary>
    private static void Close(FileStream file)
    {
        file.Flush(flushToDisk: true);
        File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        file.Dispose();
    }

    /// <summary>Gives a whole temporary file its name, unless the name exists.</summary>
    private ArtifactDescription Publish(FileStream file, ArtifactDescription description)
    {
        Close(file);
        FileSystem.CreateFolder(FolderOf(PathOf(description.Name)));
        using var held = folders.Lock(description.Name);
        if (TryLink(file.Name, description))
        {
            return description;
        }

        var first = Find(description.Name);
        if (first != description)
        {
            throw DescribeConflict(first, description);
        }

        return description;
    }

    /// <summary>Links a temporary file to its name; false when the name exists. The caller holds the name's lock.</summary>
    private bool TryLink(string temporary, ArtifactDescription description)
    {
        var path = PathOf(description.Name);
        if (File.Exists(path))
        {
            return false;
        }

        var digest = $"{description.Digest} {description.Length}\n";
        WriteSmall(DigestPathOf(description.Name), Encoding.ASCII.GetBytes(digest));
        if (!FileSystem.LinkIfAbsent(temporary, path))
        {
            return false;
        }

        FileSystem.FlushFolder(FolderOf(path));
        return true;
    }

    private bool Delete(string name)
    {
        var path = PathOf(name);
        using var held = folders.Lock(name);
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        FileSystem.FlushFolder(FolderOf(path));
        File.Delete(DigestPathOf(name));
        verified.TryRemove(name, out _);
        return true;
    }

    private ArtifactDescription? Find(string name)
    {
        var digestPath = DigestPathOf(name);
        if (FileSystem.Identify(PathOf(name)) is not { } identity || !File.Exists(digestPath))
        {
            return null; // the digest goes last when an artifact is deleted
        }

        if (File.ReadAllText(digestPath).Split(' ', 2) is [{ Length: 64 } digest, _])
        {
            return new ArtifactDescription(name, identity.Length, digest);
        }

        var message =
            $"'{digestPath}' is damaged: it should hold a SHA-256 and a length. "
            + $"Delete it and '{PathOf(name)}' and submit the run again: the artifact will be computed anew.";
        throw new ArtifactCorruptException(message) { Artifact = name };
    }

    /// <summary>Writes or replaces a small file durably and at once.</summary>
    private void WriteSmall(string path, ReadOnlySpan<byte> bytes)
    {
        FileSystem.CreateFolder(FolderOf(path));
        using var file = createTemporary();
        try
        {
            file.Write(bytes);
            Close(file);
            File.Move(file.Name, path, overwrite: true);
            FileSystem.FlushFolder(FolderOf(path));
        }
        finally
        {
            File.Delete(file.Name);
        }
    }

    private ArtifactConflictException DescribeConflict(ArtifactDescription? first, ArtifactDescription now) => new(
        $"'{now.Name}' exists in the store '{Root}' with other bytes ({first?.Length} bytes, SHA-256 {first?.Digest}; now {now.Length} bytes, {now.Digest}): "
        + "its computation is not deterministic on this machine, or machines of the cluster differ. The first bytes were kept.");

    private ArtifactCorruptException DescribeDamage(ArtifactDescription expected, string found)
    {
        var path = PathOf(expected.Name);
        var message =
            $"'{path}' is damaged: its SHA-256 is {found}, but {expected.Digest} was recorded when it was written. "
            + $"Delete it with 'rm {path}' and submit the run again: it will be computed anew. Check the disk.";
        return new ArtifactCorruptException(message) { Artifact = expected.Name };
    }

    private static async Task<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await FileDigest.ComputeAsync(path, cancellationToken);
        }
        catch (Exception failure) when (StoreUnavailableException.IsFileSystemFailure(failure))
        {
            throw StoreUnavailableException.Describe("read", path, failure);
        }
    }

    private static List<string> ListNames(string folder, string prefix)
    {
        var start = Path.Combine(folder, prefix);
        if (!Directory.Exists(start))
        {
            return [];
        }

        var paths = Directory.EnumerateFiles(start, "*", SearchOption.AllDirectories);
        var names = paths.Select(path => Path.GetRelativePath(folder, path)).ToList();
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path)!;

    private string PathOf(string name) => Path.Combine(folders.Artifacts, name);

    private string DigestPathOf(string name) => Path.Combine(folders.Digests, name);
}
