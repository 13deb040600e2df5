using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace IfGuide.Storage.Artifacts;

/// <content>Records: one file each, replaced by rename under the name's lock. Its first line holds the tag and the digest of the rest.</content>
public sealed partial class LocalArtifactStore
{
    private const int TagLength = 32;
    private const int DigestLength = 64;
    private const int HeaderLength = TagLength + 1 + DigestLength + 1;

    /// <inheritdoc/>
    /// <exception cref="ArtifactCorruptException">The record's bytes do not have the digest that was written with them.</exception>
    public Task<StoredRecord?> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(ReadRecord(name));
    }

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">The disk is full or the folder cannot be written.</exception>
    public Task<string?> WriteAsync(
        string name, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        cancellationToken.ThrowIfCancellationRequested();
        var path = RecordPathOf(name);
        return Task.FromResult(StoreUnavailableException.Guard("write", path, () => WriteRecord(name, bytes.Span, tag)));
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, string? tag, CancellationToken cancellationToken = default)
    {
        ArtifactName.Check(name);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(StoreUnavailableException.Guard("delete", RecordPathOf(name), () => DeleteRecord(name, tag)));
    }

    /// <inheritdoc/>
    async IAsyncEnumerable<string> IRecordStore.ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArtifactName.CheckPrefix(prefix);
        foreach (var name in ListNames(folders.Records, prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }

        await Task.CompletedTask;
    }

    private string? WriteRecord(string name, ReadOnlySpan<byte> bytes, string? tag)
    {
        using var held = folders.Lock(name);
        if (ReadRecord(name)?.Tag != tag)
        {
            return null;
        }

        var next = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TagLength / 2));
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var header = Encoding.ASCII.GetBytes($"{next} {digest}\n");
        WriteSmall(RecordPathOf(name), [.. header, .. bytes]);
        return next;
    }

    private bool DeleteRecord(string name, string? tag)
    {
        var path = RecordPathOf(name);
        using var held = folders.Lock(name);
        if (tag is not null && ReadRecord(name)?.Tag != tag)
        {
            return false;
        }

        if (File.Exists(path))
        {
            File.Delete(path);
            FileSystem.FlushFolder(FolderOf(path));
        }

        return true;
    }

    private StoredRecord? ReadRecord(string name)
    {
        var path = RecordPathOf(name);
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (StoreUnavailableException.IsFileSystemFailure(failure))
        {
            throw StoreUnavailableException.Describe("read", path, failure);
        }

        return ParseRecord(path, file);
    }

    private static StoredRecord ParseRecord(string path, byte[] file)
    {
        if (file.Length >= HeaderLength)
        {
            var bytes = file[HeaderLength..];
            var recorded = Encoding.ASCII.GetString(file, TagLength + 1, DigestLength);
            if (recorded == Convert.ToHexStringLower(SHA256.HashData(bytes)))
            {
                return new StoredRecord(bytes, Encoding.ASCII.GetString(file, 0, TagLength));
            }
        }

        throw new ArtifactCorruptException(
            $"'{path}' is damaged: its bytes do not have the digest in its first line. Delete it with 'rm {path}' and submit the run again: "
            + "what it counted is found in the artifacts. Check the disk.");
    }

    private string RecordPathOf(string name) => Path.Combine(folders.Records, name);
}
