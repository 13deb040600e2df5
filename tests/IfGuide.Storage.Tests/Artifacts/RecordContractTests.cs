using IfGuide.Storage.Artifacts;

namespace IfGuide.Storage.Tests.Artifacts;

/// <summary>What every store promises of records; each kind of store is tested with all of it.</summary>
public abstract class RecordContractTests
{
    /// <summary>Opens the test's own store; each call as another process would.</summary>
    protected abstract IRecordStore Open();

    [Fact]
    public async Task Read_OfMissing_IsNull() => Assert.Null(await Open().ReadAsync("runs/a"));

    [Fact]
    public async Task Write_ThenRead_GivesBytesAndTag()
    {
        var store = Open();
        var tag = await store.WriteAsync("runs/a", new byte[] { 1, 2 }, null);
        var record = await store.ReadAsync("runs/a");
        Assert.Equal([1, 2], record!.Bytes);
        Assert.Equal(tag, record.Tag);
    }

    [Fact]
    public async Task Write_NeedsTheCurrentTag_AndChangesIt()
    {
        var store = Open();
        var first = await store.WriteAsync("a", new byte[] { 1 }, null);
        Assert.Null(await store.WriteAsync("a", new byte[] { 2 }, null));
        Assert.Null(await store.WriteAsync("a", new byte[] { 2 }, "another"));
        var second = await store.WriteAsync("a", new byte[] { 1 }, first);
        Assert.NotNull(second);
        Assert.NotEqual(first, second); // same bytes, new tag: an owner that slept must notice
        Assert.Null(await store.WriteAsync("a", new byte[] { 3 }, first));
        Assert.Equal([1], (await store.ReadAsync("a"))!.Bytes);
        Assert.Null(await store.WriteAsync("missing", new byte[] { 3 }, first));
    }

    [Fact]
    public async Task Delete_NeedsTheCurrentTag_OrNone()
    {
        var store = Open();
        var tag = await store.WriteAsync("a", new byte[] { 1 }, null);
        Assert.False(await store.DeleteAsync("a", "another"));
        Assert.True(await store.DeleteAsync("a", tag));
        Assert.Null(await store.ReadAsync("a"));
        Assert.True(await store.DeleteAsync("a", null));
        Assert.False(await store.DeleteAsync("a", tag));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SixteenConcurrentWriters_HaveExactlyOneWinner(bool existing)
    {
        for (var round = 0; round < 5; round++)
        {
            var name = $"race/{round}";
            var tag = existing ? await Open().WriteAsync(name, new byte[] { 99 }, null) : null;
            var tags = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => Open().WriteAsync(name, new[] { (byte)i }, tag))));
            var winner = Array.FindIndex(tags, won => won is not null);
            Assert.Single(tags, won => won is not null);
            var record = await Open().ReadAsync(name);
            Assert.Equal([(byte)winner], record!.Bytes);
            Assert.Equal(tags[winner], record.Tag);
        }
    }

    [Fact]
    public async Task Readers_NeverSeeHalfARecord()
    {
        var store = Open();
        var tag = await store.WriteAsync("a", Repeated(0), null);
        using var stop = new CancellationTokenSource();
        var reads = 0;
        var reader = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var bytes = (await store.ReadAsync("a"))!.Bytes;
                Assert.Equal(Repeated(bytes[0]), bytes);
                Interlocked.Increment(ref reads);
            }
        });
        for (byte i = 1; i < 60 || Volatile.Read(ref reads) < 10; i++) // a busy machine may start the reader late
        {
            Assert.False(reader.IsFaulted, "The reader saw half a record.");
            tag = await store.WriteAsync("a", Repeated(i), tag);
            Assert.NotNull(tag);
        }

        await stop.CancelAsync();
        await reader;

        static byte[] Repeated(byte value) => [.. Enumerable.Repeat(value, 20_000)];
    }

    [Fact]
    public async Task List_IsSorted_AndApartFromArtifacts()
    {
        var store = Open();
        await ((IArtifactStore)store).PutAsync("runs/artifact", (_, _) => Task.CompletedTask);
        await store.WriteAsync("runs/b", default, null);
        await store.WriteAsync("runs/a/x", default, null);
        await store.WriteAsync("other/c", default, null);
        Assert.Equal(["runs/a/x", "runs/b"], await store.ListAsync("runs/").ToListAsync());
        Assert.Equal(["other/c", "runs/a/x", "runs/b"], await store.ListAsync("").ToListAsync());
    }
}
