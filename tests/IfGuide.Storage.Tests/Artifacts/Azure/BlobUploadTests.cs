using System.Security.Cryptography;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using IfGuide.Storage.Artifacts.Azure;

namespace IfGuide.Storage.Tests.Artifacts.Azure;

/// <summary>Uploads in blocks, and what disturbs them between the last block and the commit.</summary>
public sealed class BlobUploadTests(BlobServerFixture blobs) : IAsyncLifetime
{
    private const int BlockLength = 64 << 10;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly byte[] bytes = RandomNumberGenerator.GetBytes((3 * BlockLength) + 5);
    private readonly BlobContainerClient container = new(blobs.Server.ConnectionString, AzureStores.NewContainer());

    public async ValueTask InitializeAsync() => await container.CreateAsync(cancellationToken: None);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task BlocksOfAnotherWriter_ThatWasKilledBeforeItsCommit_StayOut()
    {
        var others = RandomNumberGenerator.GetBytes(bytes.Length);
        await UploadAsync(bytes, StageOthersAsync);
        await AssertStoredAsync();

        Task StageOthersAsync() => Assert.ThrowsAsync<IOException>(() => UploadAsync(others, () => throw new IOException("killed")));
    }

    [Fact]
    public async Task UploadCancelledBeforeItsCommit_LeavesNothing_AndTheNextSucceeds()
    {
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => UploadAsync(bytes, source.CancelAsync, source.Token));
        Assert.False((await container.GetBlobClient("a").ExistsAsync(None)).Value);
        await UploadAsync(bytes, () => Task.CompletedTask);
        await AssertStoredAsync();
    }

    private async Task UploadAsync(byte[] content, Func<Task> beforeCommit, CancellationToken cancellationToken = default)
    {
        var options = new BlobClientOptions();
        options.AddPolicy(new BeforeCommit(beforeCommit), HttpPipelinePosition.PerCall);
        var blob = new BlockBlobClient(blobs.Server.ConnectionString, container.Name, "a", options);
        using var file = new MemoryStream(content) { Position = 1 };
        await BlobUpload.CreateAsync(blob, file, new Dictionary<string, string> { ["digest"] = Digest(content) }, new AzureStoreOptions { BlockLength = BlockLength }, cancellationToken);
    }

    private async Task AssertStoredAsync()
    {
        var stored = (await container.GetBlobClient("a").DownloadContentAsync(None)).Value;
        Assert.Equal(bytes, stored.Content.ToArray());
        Assert.Equal(Digest(bytes), stored.Details.Metadata["digest"]);
        Assert.Equal(4, (await container.GetBlockBlobClient("a").GetBlockListAsync(cancellationToken: None)).Value.CommittedBlocks.Count());
    }

    private static string Digest(byte[] content) => Convert.ToHexString(SHA256.HashData(content));

    private sealed class BeforeCommit(Func<Task> act) : HttpPipelinePolicy
    {
        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (message.Request.Uri.Query.Contains("comp=blocklist", StringComparison.Ordinal))
            {
                await act();
            }

            await ProcessNextAsync(message, pipeline);
        }
    }
}
