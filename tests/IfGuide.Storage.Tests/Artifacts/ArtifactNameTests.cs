using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Artifacts;

public sealed class ArtifactNameTests
{
    public static TheoryData<string> Refused => new(
        "", "/", "..", ".", "../a", "a/../b", "/etc/passwd", "a//b", "a/", "/a", "a/./b", ".hidden", "a/.hidden", "A", "a b", "a%2e%2e", "%2e%2e/a", "a\\b", "a\0b", "a\n", "ä", "a/ß", "-a", "_a", "a:b", "a*",
        new string('a', 201), string.Join('/', Enumerable.Repeat("abcdefghij", 60)));

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task OtherForms_AreRefusedEverywhere(string name)
    {
        using var folder = new TemporaryFolder();
        var store = new LocalArtifactStore(folder.File("store"));
        var records = (IRecordStore)store;
        await Assert.ThrowsAsync<ArgumentException>(nameof(name), () => store.PutAsync(name, (_, _) => Task.CompletedTask));
        await Assert.ThrowsAsync<ArgumentException>(nameof(name), () => store.FindAsync(name));
        await Assert.ThrowsAsync<ArgumentException>(nameof(name), () => store.FetchAsync(name));
        await Assert.ThrowsAsync<ArgumentException>(nameof(name), () => store.DeleteAsync(name));
        await Assert.ThrowsAsync<ArgumentException>(nameof(name), () => records.ReadAsync(name));
        await Assert.ThrowsAsync<ArgumentException>(nameof(name), () => records.WriteAsync(name, default, null));
        await Assert.ThrowsAsync<ArgumentException>(nameof(name), () => records.DeleteAsync(name, null));
        Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("0/a-b_c.d/e..f")]
    [InlineData("score/0123456789abcdef/shard-00001.npy")]
    public async Task TheDocumentedForm_IsTaken(string name)
    {
        using var folder = new TemporaryFolder();
        var store = new LocalArtifactStore(folder.Path);
        await store.PutAsync(name, (_, _) => Task.CompletedTask);
        Assert.Equal(0, (await store.FindAsync(name))!.Length);
    }
}
