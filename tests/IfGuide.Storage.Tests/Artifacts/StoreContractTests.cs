using System.Security.Cryptography;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Storage.Tests.Artifacts;

/// <summary>What every store promises of artifacts; each kind of store is tested with all of it.</summary>
public abstract class StoreContractTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Opens the test's own store; each call as another process would.</summary>
    protected abstract IStore Open();

    private static Func<Stream, CancellationToken, Task> Bytes(params byte[] bytes) => async (stream, token) => await stream.WriteAsync(bytes, token);

    [Fact]
    public async Task Put_ThenFetch_GivesTheSameBytesAndTheirDigest()
    {
        var put = await Open().PutAsync("score/k1/shard-0.npy", Bytes(1, 2, 3), None);

        var store = Open();
        Assert.Equal(new ArtifactDescription("score/k1/shard-0.npy", 3, Convert.ToHexStringLower(SHA256.HashData([1, 2, 3]))), put);
        Assert.Equal(put, await store.FindAsync("score/k1/shard-0.npy", None));
        var path = await store.FetchAsync("score/k1/shard-0.npy", None);
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(path, None));
        Assert.EndsWith(".npy", path, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task AnEmptyArtifact_IsOne()
    {
        var put = await Open().PutAsync("empty", Bytes(), None);
        Assert.Equal(0, put.Length);
        Assert.Equal(put, await Open().FindAsync("empty", None));
        Assert.Empty(await File.ReadAllBytesAsync(await Open().FetchAsync("empty", None), None));
    }

    [Fact]
    public async Task Find_OfMissing_IsNull_AndFetchNamesIt()
    {
        Assert.Null(await Open().FindAsync("a/b", None));
        var failure = await Assert.ThrowsAsync<ArtifactNotFoundException>(() => Open().FetchAsync("a/b", None));
        Assert.Contains("'a/b'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Open().Uri.Split(':')[1], failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_OfAnExistingName_KeepsTheFirstBytes_AndConflictsOnOthers()
    {
        await Open().PutAsync("a", Bytes(1), None);
        await Open().PutAsync("a", Bytes(1), None);
        var failure = await Assert.ThrowsAsync<ArtifactConflictException>(() => Open().PutAsync("a", Bytes(2), None));
        Assert.Contains("not deterministic", failure.Message, StringComparison.Ordinal);
        Assert.Equal([1], await File.ReadAllBytesAsync(await Open().FetchAsync("a", None), None));
    }

    [Fact]
    public async Task SixteenWriters_OfDifferentBytes_HaveExactlyOneWinner()
    {
        for (var round = 0; round < 5; round++)
        {
            var name = $"race/{round}";
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            {
                try
                {
                    await Open().PutAsync(name, Bytes((byte)i), None);
                    return i;
                }
                catch (ArtifactConflictException)
                {
                    return -1;
                }
            })));
            var winner = Assert.Single(outcomes, outcome => outcome >= 0);
            Assert.Equal([(byte)winner], await File.ReadAllBytesAsync(await Open().FetchAsync(name, None), None));
        }
    }

    [Fact]
    public async Task SixteenWriters_OfTheSameBytes_AllSucceed() =>
        Assert.Single((await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Open().PutAsync("same", Bytes(7, 8), None))))).Distinct());

    [Fact]
    public async Task Put_WhoseWriterFails_LeavesNothing()
    {
        var store = Open();
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.PutAsync("a/b", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[100_000], token);
            throw new InvalidOperationException("the computation failed");
        }, None));
        Assert.Null(await store.FindAsync("a/b", None));
        Assert.Empty(await Names(store, ""));
    }

    [Fact]
    public async Task Put_Cancelled_LeavesNothing()
    {
        var store = Open();
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync("a", async (stream, _) =>
        {
            await stream.WriteAsync(new byte[10], CancellationToken.None);
            await source.CancelAsync();
        }, source.Token));
        Assert.Empty(await Names(store, ""));
    }

    [Fact]
    public async Task List_IsSortedOrdinally_AndKeepsToThePrefix()
    {
        var store = Open();
        foreach (var name in new[] { "b/2", "a/x/1", "a-b/1", "a.b/1", "a/y", "ab/1" })
        {
            await store.PutAsync(name, Bytes(1), None);
        }

        Assert.Equal(["a-b/1", "a.b/1", "a/x/1", "a/y", "ab/1", "b/2"], await Names(store, ""));
        Assert.Equal(["a/x/1", "a/y"], await Names(store, "a/"));
        Assert.Empty(await Names(store, "c/"));
        await foreach (var description in ((IArtifactStore)store).ListAsync("a/", None))
        {
            Assert.Equal(await store.FindAsync(description.Name, None), description);
        }
    }

    [Fact]
    public async Task Delete_Removes_AndTheNameCanBePutAnew()
    {
        var store = Open();
        await store.PutAsync("a/b", Bytes(1), None);
        Assert.True(await ((IArtifactStore)store).DeleteAsync("a/b", None));
        Assert.False(await ((IArtifactStore)store).DeleteAsync("a/b", None));
        Assert.Null(await store.FindAsync("a/b", None));
        await Assert.ThrowsAsync<ArtifactNotFoundException>(() => store.FetchAsync("a/b", None));
        await store.PutAsync("a/b", Bytes(2), None);
        Assert.Equal([2], await File.ReadAllBytesAsync(await store.FetchAsync("a/b", None), None));
    }

    [Fact]
    public async Task ArtifactsAndRecords_DoNotMeet()
    {
        var store = Open();
        await store.PutAsync("a/b", Bytes(1), None);
        await store.WriteAsync("a/b", new byte[] { 2 }, null, None);
        Assert.Equal(["a/b"], await Names(store, ""));
        Assert.Equal([2], (await store.ReadAsync("a/b", None))!.Bytes);
        Assert.Equal([1], await File.ReadAllBytesAsync(await store.FetchAsync("a/b", None), None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("%2e%2e/a")]
    [InlineData("a%2fb")]
    [InlineData("A")]
    [InlineData("é")]
    [InlineData("a\0b")]
    [InlineData("a b")]
    [InlineData("a?comp=lease")]
    public async Task OtherNames_AreRefused_ByEveryMember(string name)
    {
        var store = Open();
        await Assert.ThrowsAsync<ArgumentException>(() => store.PutAsync(name, Bytes(1), None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.FindAsync(name, None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.FetchAsync(name, None));
        await Assert.ThrowsAsync<ArgumentException>(() => ((IArtifactStore)store).DeleteAsync(name, None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.ReadAsync(name, None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.WriteAsync(name, new byte[] { 1 }, null, None));
        await Assert.ThrowsAsync<ArgumentException>(() => ((IRecordStore)store).DeleteAsync(name, null, None));
        if (name is not ("" or "a/")) // which are prefixes
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Names(store, name));
            await Assert.ThrowsAsync<ArgumentException>(async () => await ((IRecordStore)store).ListAsync(name, None).ToListAsync(None));
        }
    }

    [Fact]
    public async Task TheLongestName_IsAccepted_AndALongerOneIsNot()
    {
        var longest = string.Join('/', Enumerable.Repeat(new string('n', 200), 2)) + "/" + new string('m', 110);
        Assert.Equal(512, longest.Length);
        await Open().PutAsync(longest, Bytes(1), None);
        Assert.Equal([longest], await Names(Open(), ""));
        await Assert.ThrowsAsync<ArgumentException>(() => Open().PutAsync(longest + "m", Bytes(1), None));
    }

    private static async Task<List<string>> Names(IArtifactStore store, string prefix) => await store.ListAsync(prefix, None).Select(description => description.Name).ToListAsync(None);
}
