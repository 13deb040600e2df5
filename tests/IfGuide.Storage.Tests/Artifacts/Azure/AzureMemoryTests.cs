using System.Security.Cryptography;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Tests.Support;
using IfGuide.Tests.Shared;

namespace IfGuide.Storage.Tests.Artifacts.Azure;

/// <summary>What a large artifact takes on its way to and from a real server.</summary>
[Collection(nameof(ResidentMemoryCollection))]
public sealed class AzureMemoryTests(BlobServerFixture blobs) : IDisposable
{
    private const long Length = (256L << 20) + 12_345;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder folder = new();
    private readonly string container = AzureStores.NewContainer();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AnArtifactOfMoreThan256Megabytes_GoesUpInBlocks_AndComesDownInRanges_WithBoundedMemory() =>
        Assert.InRange(MemoryMeter.Rise(ResidentMemory.Anonymous, () => ThereAndBackAsync().GetAwaiter().GetResult()) * (1 << 20), 0, Length / 2.0);

    private async Task ThereAndBackAsync()
    {
        var piece = RandomNumberGenerator.GetBytes(1 << 20);
        var put = await Open("writer").PutAsync("large.bin", async (stream, token) =>
        {
            for (var left = Length; left > 0; left -= piece.Length)
            {
                BitConverter.TryWriteBytes(piece, left); // no two pieces are the same
                await stream.WriteAsync(piece.AsMemory(0, (int)Math.Min(piece.Length, left)), token);
            }
        }, None);
        Assert.Equal(Length, put.Length);

        await using var fetched = File.OpenRead(await Open("reader").FetchAsync("large.bin", None));
        Assert.Equal(Length, fetched.Length);
        Assert.Equal(put.Digest, Convert.ToHexStringLower(await SHA256.HashDataAsync(fetched, None)));
    }

    private IArtifactStore Open(string cache) => AzureStores.Open(blobs.Server, container, folder.File(cache));
}
