using System.Diagnostics;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Artifacts;

public sealed class LocalArtifactStoreTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static Func<Stream, CancellationToken, Task> Bytes(params byte[] bytes) => async (stream, token) => await stream.WriteAsync(bytes, token);

    private string[] AllFiles() => [.. Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Where(path => !path.Contains("/.locks/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(9999)]
    public async Task Fetch_OfAFlippedByte_NamesTheFile(int position)
    {
        var store = new LocalArtifactStore(folder.Path);
        await store.PutAsync("a/b.bin", Bytes(new byte[10_000]), None);
        var path = folder.File("artifacts/a/b.bin");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using (var file = File.OpenWrite(path))
        {
            file.Position = position;
            file.WriteByte(1);
        }

        var failure = await Assert.ThrowsAsync<ArtifactCorruptException>(() => store.FetchAsync("a/b.bin", None));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Equal("a/b.bin", failure.Artifact);
    }

    [Fact]
    public async Task Fetch_ChecksAgain_WhenTheFileChangesAfterItWasVerified()
    {
        var store = new LocalArtifactStore(folder.Path);
        await store.PutAsync("a", Bytes(1, 2, 3), None);
        var path = await store.FetchAsync("a", None);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(path, [1, 2, 4], None);
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => store.FetchAsync("a", None));
    }

    [Fact]
    public async Task Delete_Removes_AndTheNameCanBePutAnew()
    {
        var store = new LocalArtifactStore(folder.Path);
        await store.PutAsync("a/b", Bytes(1), None);
        Assert.True(await store.DeleteAsync("a/b", None));
        Assert.False(await store.DeleteAsync("a/b", None));
        Assert.Null(await store.FindAsync("a/b", None));
        Assert.Empty(AllFiles());
        await store.PutAsync("a/b", Bytes(2), None);
        Assert.Equal([2], await File.ReadAllBytesAsync(await store.FetchAsync("a/b", None), None));
    }

    [Fact]
    public async Task ADigestWithoutItsArtifact_AsAKilledWriterLeaves_DoesNotStandInTheWay()
    {
        var store = new LocalArtifactStore(folder.Path);
        folder.Write(".digests/a", $"{new string('0', 64)} 7\n");
        Assert.Null(await store.FindAsync("a", None));
        await store.PutAsync("a", Bytes(1), None);
        Assert.Equal([1], await File.ReadAllBytesAsync(await store.FetchAsync("a", None), None));
    }

    [Fact]
    public void Open_SweepsOldTemporaryFiles_ButNotTheOnesBeingWritten()
    {
        _ = new LocalArtifactStore(folder.Path);
        var dead = folder.Write(".temporary/dead", [1]);
        var young = folder.Write(".temporary/young", [1]);
        var living = folder.File(".temporary/living");
        using (new FileStream(living, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            File.SetLastWriteTimeUtc(dead, DateTime.UtcNow.AddHours(-1));
            File.SetLastWriteTimeUtc(living, DateTime.UtcNow.AddHours(-1));
            _ = new LocalArtifactStore(folder.Path);
            Assert.Equal([living, young], AllFiles());
        }
    }

    [Fact]
    public async Task AFullDisk_GivesOneClearMessage_AndNothingUnderTheName()
    {
        var count = 0;
        var store = new LocalArtifactStore(folder.Path, () =>
        {
            var name = folder.File($"full-{count++}");
            File.CreateSymbolicLink(name, "/dev/full");
            return new FileStream(name, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        });
        foreach (var length in new[] { 10, 1_000_000 })
        {
            var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.PutAsync("a/b", Bytes(new byte[length]), None));
            Assert.Contains("no space left on the device", failure.Message, StringComparison.Ordinal);
            Assert.Contains("--store", failure.Message, StringComparison.Ordinal);
        }

        Assert.Empty(AllFiles());
        var records = (IRecordStore)store;
        Assert.Contains("no space left", (await Assert.ThrowsAsync<StoreUnavailableException>(() => records.WriteAsync("r", new byte[] { 1 }, null, None))).Message, StringComparison.Ordinal);
        Assert.Null(await records.ReadAsync("r", None));
    }

    [Fact]
    public void AFolderThatCannotBeCreated_IsNamed()
    {
        var file = folder.Write("file", [1]);
        var failure = Assert.Throws<StoreUnavailableException>(() => new LocalArtifactStore(Path.Combine(file, "store")));
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.Throws<StoreUnavailableException>(() => new LocalArtifactStore("/proc/no-such-store"));
    }

    [Fact]
    public async Task AKilledWriter_LeavesNothingUnderTheName()
    {
        var store = new LocalArtifactStore(folder.Path);
        await store.PutAsync("kept", Bytes(1), None);
        using var writer = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "write-and-wait", folder.Path },
            Environment = { [KilledWriter.Variable] = folder.Path },
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("writing", await writer.StandardOutput.ReadLineAsync(None));
        writer.Kill();
        await writer.WaitForExitAsync(None);

        var left = Assert.Single(Directory.EnumerateFiles(folder.File(".temporary")));
        Assert.Null(await store.FindAsync("killed", None));
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-1));
        store = new LocalArtifactStore(folder.Path);
        Assert.Empty(Directory.EnumerateFiles(folder.File(".temporary")));
        await store.PutAsync("killed", Bytes(2), None);
        Assert.Equal(["kept", "killed"], await Names(store, ""));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(98)]
    [InlineData(int.MaxValue)]
    public async Task ADamagedRecord_IsNamed(int length)
    {
        var store = (IRecordStore)new LocalArtifactStore(folder.Path);
        await store.WriteAsync("a", new byte[] { 1, 2, 3 }, null);
        var path = folder.File("records/a");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(path, bytes.Take(length).ToArray());
        Assert.Contains(path, (await Assert.ThrowsAsync<ArtifactCorruptException>(() => store.ReadAsync("a"))).Message, StringComparison.Ordinal);
    }

    private static async Task<List<string>> Names(LocalArtifactStore store, string prefix)
    {
        var names = new List<string>();
        await foreach (var description in store.ListAsync(prefix, None))
        {
            names.Add(description.Name);
        }

        return names;
    }
}
