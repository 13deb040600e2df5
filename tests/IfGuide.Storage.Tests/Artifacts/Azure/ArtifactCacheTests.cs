using System.Security.Cryptography;
using IfGuide.Abstractions;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Artifacts.Azure;
using IfGuide.Storage.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace IfGuide.Storage.Tests.Artifacts.Azure;

/// <summary>The cache of fetched artifacts: bounded, shared, never believed without its digest.</summary>
public sealed class ArtifactCacheTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task WhatWasUsedLongestAgo_Goes_AndWhatIsInUse_Stays()
    {
        var cache = new ArtifactCache(folder.Path, 10_000, time);
        var kept = Add(cache, "kept");
        await using var mapped = File.OpenRead(Add(cache, "mapped").Path);
        for (var i = 0; i < 30; i++)
        {
            time.Advance(ArtifactCache.Grace / 2);
            Assert.NotNull(await cache.FindAsync(kept.Description, None)); // used again and again
            Add(cache, $"other-{i}");
        }

        Assert.InRange(Bytes(), 1_000, 10_000);
        Assert.True(File.Exists(kept.Path));
        Assert.False(File.Exists(mapped.Name));
        Assert.Equal(1_000, mapped.Length);
        Assert.Equal(mapped.Length, (await new StreamReader(mapped).ReadToEndAsync(None)).Length);
    }

    [Fact]
    public void WhatWasHandedOutJustNow_Stays_EvenBeyondTheCapacity()
    {
        var cache = new ArtifactCache(folder.Path, 10_000, time);
        var added = Enumerable.Range(0, 30).Select(i => Add(cache, $"a-{i}")).ToList();
        Assert.All(added, file => Assert.True(File.Exists(file.Path)));
        time.Advance(ArtifactCache.Grace * 2);
        Add(cache, "next");
        Assert.InRange(Bytes(), 1_000, 10_000);
    }

    [Fact]
    public async Task ADamagedFile_IsFetchedAgain()
    {
        var cache = new ArtifactCache(folder.Path, 1 << 20, time);
        var (path, description) = Add(cache, "a");
        Assert.Equal(path, await cache.FindAsync(description, None));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using (var file = File.OpenWrite(path))
        {
            file.WriteByte((byte)'!');
        }

        Assert.Null(await cache.FindAsync(description, None));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task AnotherProcess_DigestsAFile_BeforeItBelievesIt()
    {
        var (path, description) = Add(new ArtifactCache(folder.Path, 1 << 20, time), "a");
        Assert.Equal(path, await new ArtifactCache(folder.Path, 1 << 20, time).FindAsync(description, None));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(path, new byte[1_000], None);
        Assert.Null(await new ArtifactCache(folder.Path, 1 << 20, time).FindAsync(description, None));
    }

    [Fact]
    public void TheFolder_BelongsToItsUserAlone() =>
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(new ArtifactCache(folder.File("new"), 1, time).Folder)) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));

    [Theory]
    [InlineData("much")]
    [InlineData("0")]
    [InlineData("-3")]
    public void ACapacityThatIsNone_IsTheUsersMistake(string text) => Assert.Contains(
        $"IFGUIDE_CACHE_GIB is '{text}'",
        Assert.Throws<UserErrorException>(() => ArtifactCache.FromEnvironment(name => name == ArtifactCache.CapacityVariable ? text : folder.Path, time)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void TheFolder_IsTheOneNamed_OrBesideTheUsersOtherCaches()
    {
        Assert.Equal(folder.File("c"), ArtifactCache.FromEnvironment(name => name == ArtifactCache.FolderVariable ? folder.File("c") : null, time).Folder);
        Assert.Equal(folder.File("x/ifguide/artifacts"), ArtifactCache.FromEnvironment(name => name == "XDG_CACHE_HOME" ? folder.File("x") : null, time).Folder);
    }

    /// <summary>Adds a thousand bytes.</summary>
    private static (string Path, ArtifactDescription Description) Add(ArtifactCache cache, string name)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(name.PadRight(1_000));
        var file = cache.CreateTemporary();
        file.Write(bytes);
        var description = new ArtifactDescription(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return (cache.Add(file, description), description);
    }

    private long Bytes() => new DirectoryInfo(folder.Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
