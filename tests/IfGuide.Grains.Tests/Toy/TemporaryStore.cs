using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Tests.Toy;

/// <summary>A store in a folder that is removed at the end of the test.</summary>
internal sealed class TemporaryStore : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ifguide-grains-").FullName;

    public TemporaryStore() => Store = new LocalArtifactStore(folder);

    public LocalArtifactStore Store { get; }

    /// <summary>Another view of the same folder, as another process would have it.</summary>
    public LocalArtifactStore OpenAgain() => new(folder);

    /// <summary>Name and digest of every artifact.</summary>
    public async Task<SortedDictionary<string, string>> DigestsAsync()
    {
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await foreach (var artifact in Store.ListAsync(string.Empty))
        {
            digests.Add(artifact.Name, artifact.Digest);
        }

        return digests;
    }

    /// <summary>Flips a byte of an artifact, as a bad disk would.</summary>
    public void Damage(string name)
    {
        var path = Directory.EnumerateFiles(folder, Path.GetFileName(name), SearchOption.AllDirectories).Single(file => file.EndsWith(name, StringComparison.Ordinal) && new FileInfo(file).Length == 64);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = File.ReadAllBytes(path);
        bytes[7] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
