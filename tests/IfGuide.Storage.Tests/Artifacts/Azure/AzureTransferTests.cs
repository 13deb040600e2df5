using System.Security.Cryptography;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Artifacts.Azure;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Artifacts.Azure;

/// <summary>Bytes on their way to and from a real server: blocks, ranges, damage, the cache.</summary>
public sealed class AzureTransferTests(BlobServerFixture blobs) : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly AzureStoreOptions SmallBlocks = new() { BlockLength = 64 << 10 };

    private readonly TemporaryFolder folder = new();
    private readonly string container = AzureStores.NewContainer();

    public void Dispose() => folder.Dispose();

    private AzureArtifactStore Open(string cache, AzureStoreOptions? options = null) => AzureStores.Open(blobs.Server, container, folder.File(cache), options);

    private static Func<Stream, CancellationToken, Task> Bytes(byte[] bytes) => async (stream, token) => await stream.WriteAsync(bytes, token);

    [Theory]
    [InlineData((64 << 10) - 1)]
    [InlineData(64 << 10)]
    [InlineData((64 << 10) + 1)]
    [InlineData(3 * (64 << 10))]
    [InlineData((17 * (64 << 10)) + 5)]
    public async Task EveryLength_AroundABlock_ComesBackWhole(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        await Open("writer", SmallBlocks).PutAsync("a", Bytes(bytes), None);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(await Open("reader", SmallBlocks).FetchAsync("a", None), None));
    }

    [Fact]
    public async Task EightWriters_OfDifferentBlocks_HaveExactlyOneWinner_WhoseBytesAreWhole()
    {
        var contents = Enumerable.Range(0, 8).Select(_ => RandomNumberGenerator.GetBytes(10 * (64 << 10))).ToArray();
        var outcomes = await Task.WhenAll(contents.Select((bytes, i) => Task.Run(async () =>
        {
            try
            {
                await Open($"writer-{i}", SmallBlocks).PutAsync("race", Bytes(bytes), None);
                return i;
            }
            catch (ArtifactConflictException)
            {
                return -1;
            }
        })));
        var winner = Assert.Single(outcomes, outcome => outcome >= 0);
        Assert.Equal(contents[winner], await File.ReadAllBytesAsync(await Open("reader", SmallBlocks).FetchAsync("race", None), None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99_999)]
    [InlineData(199_999)]
    public async Task AFlippedBit_InTheServersData_IsDetectedAndNamed(int offset)
    {
        var bytes = RandomNumberGenerator.GetBytes(200_000);
        var put = await Open("writer", SmallBlocks).PutAsync("score/k/shard-1.npy", Bytes(bytes), None);
        blobs.Server.Damage(bytes.AsSpan(offset - Math.Min(offset, 20), 20), Math.Min(offset, 20) % 20);

        var failure = await Assert.ThrowsAsync<ArtifactCorruptException>(() => Open("reader", SmallBlocks).FetchAsync("score/k/shard-1.npy", None));
        Assert.Equal("score/k/shard-1.npy", failure.Artifact);
        Assert.Contains($"'artifacts/score/k/shard-1.npy' of container '{container}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(put.Digest, failure.Message, StringComparison.Ordinal);

        var store = Open("reader", SmallBlocks);
        Assert.True(await ((IArtifactStore)store).DeleteAsync(failure.Artifact!, None));
        await store.PutAsync(failure.Artifact!, Bytes(bytes), None);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(await Open("another", SmallBlocks).FetchAsync(failure.Artifact!, None), None));
    }

    [Fact]
    public async Task ADamagedRecord_IsNamed()
    {
        var bytes = RandomNumberGenerator.GetBytes(100);
        IRecordStore records = Open("cache");
        await records.WriteAsync("runs/a", bytes, null, None);
        blobs.Server.Damage(bytes, 50);
        var failure = await Assert.ThrowsAsync<ArtifactCorruptException>(() => records.ReadAsync("runs/a", None));
        Assert.Null(failure.Artifact);
        Assert.Contains("records/runs/a", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADownloadThatBroke_GoesOnWhereItWas()
    {
        var bytes = RandomNumberGenerator.GetBytes(40 * (64 << 10));
        await Open("writer").PutAsync("a", Bytes(bytes), None);
        await using var gate = new Gate(blobs.Server.Port);
        var store = AzureStores.Open(blobs.Server.ConnectionString.Replace($":{blobs.Server.Port}", $":{gate.Port}", StringComparison.Ordinal), container, folder.File("reader"), AzureStores.Impatient with { BlockLength = 64 << 10 });
        gate.CloseAfter(bytes.Length / 2);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.FetchAsync("a", None));
        var first = gate.Passed;
        gate.Open();
        Assert.Equal(bytes, await File.ReadAllBytesAsync(await store.FetchAsync("a", None), None));
        Assert.InRange(first, bytes.Length / 4, bytes.Length);
        Assert.InRange(gate.Passed, bytes.Length / 4, bytes.Length * 3L / 4);
    }

    [Fact]
    public async Task AnUploadInBlocks_ThatMeetsAnOutage_ComesThrough()
    {
        var bytes = RandomNumberGenerator.GetBytes(40 * (64 << 10));
        await using var gate = new Gate(blobs.Server.Port);
        var store = AzureStores.Open(blobs.Server.ConnectionString.Replace($":{blobs.Server.Port}", $":{gate.Port}", StringComparison.Ordinal), container, folder.File("writer"), SmallBlocks);
        await store.PutAsync("first", Bytes([1]), None); // makes the container
        gate.CloseAfter(2_000); // a few blocks' answers
        var put = store.PutAsync("a", Bytes(bytes), None);
        await Task.Delay(TimeSpan.FromSeconds(1), None);
        Assert.False(put.IsCompleted);
        Assert.InRange(gate.Requests, 2, int.MaxValue);
        gate.Open();
        await put;
        Assert.Equal(bytes, await File.ReadAllBytesAsync(await Open("reader").FetchAsync("a", None), None));
    }

    [Fact]
    public async Task ManySmallArtifacts_TakeOneRequestEach_InEachDirection()
    {
        await using var gate = new Gate(blobs.Server.Port);
        var address = blobs.Server.ConnectionString.Replace($":{blobs.Server.Port}", $":{gate.Port}", StringComparison.Ordinal);
        var writer = AzureStores.Open(address, container, folder.File("writer"));
        await writer.PutAsync("first", Bytes([1]), None); // makes the container
        gate.Open();
        for (var i = 0; i < 50; i++)
        {
            await writer.PutAsync($"unit/{i}", Bytes([(byte)i]), None);
            await writer.FetchAsync($"unit/{i}", None);
        }

        Assert.Equal(50, gate.Requests);
        var reader = AzureStores.Open(address, container, folder.File("reader"));
        gate.Open();
        for (var i = 0; i < 50; i++)
        {
            await reader.FetchAsync($"unit/{i}", None);
            await reader.FetchAsync($"unit/{i}", None);
        }

        Assert.Equal(50, gate.Requests);
    }
}
