using IfGuide.Abstractions;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Artifacts.Azure;
using IfGuide.Storage.Tests.Support;
using IfGuide.Tests.Shared;

namespace IfGuide.Storage.Tests.Artifacts.Azure;

/// <summary>What is said when the server is away, refuses, or loses an answer.</summary>
public sealed class AzureFailureTests(BlobServerFixture blobs) : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder folder = new();
    private readonly string container = AzureStores.NewContainer();

    public void Dispose() => folder.Dispose();

    private static Func<Stream, CancellationToken, Task> Bytes(params byte[] bytes) => async (stream, token) => await stream.WriteAsync(bytes, token);

    private AzureArtifactStore Through(Gate gate, AzureStoreOptions? options = null) =>
        AzureStores.Open(blobs.Server.ConnectionString.Replace($":{blobs.Server.Port}", $":{gate.Port}", StringComparison.Ordinal), container, folder.File("cache"), options);

    [Fact]
    public async Task AServerThatIsKilled_IsUnavailable_AndHasEverythingWhenItIsBack()
    {
        await using var server = await BlobServer.StartAsync();
        var store = AzureStores.Open(server, container, folder.File("cache"), AzureStores.Impatient);
        await store.PutAsync("a", Bytes(1, 2, 3), None);
        var tag = await store.WriteAsync("r", new byte[] { 4 }, null, None);
        await server.SettleAsync("records/r");
        server.Kill();

        foreach (var call in new Func<Task>[]
        {
            () => store.PutAsync("b", Bytes(1), None),
            () => store.FindAsync("a", None),
            () => ((IRecordStore)store).ReadAsync("r", None),
            () => store.WriteAsync("r", new byte[] { 5 }, tag, None),
            () => ((IArtifactStore)store).ListAsync("", None).ToListAsync(None).AsTask(),
            () => store.CheckAsync(None),
        })
        {
            var failure = await Assert.ThrowsAsync<StoreUnavailableException>(call);
            Assert.True(failure.IsTransient);
            Assert.Contains("nothing listens there", failure.Message, StringComparison.Ordinal);
            Assert.Contains(server.Endpoint, failure.Message, StringComparison.Ordinal);
        }

        await server.RestartAsync();
        var other = AzureStores.Open(server, container, folder.File("other"));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(await other.FetchAsync("a", None), None));
        Assert.Equal(tag, (await other.ReadAsync("r", None))!.Tag);
        Assert.Null(await other.FindAsync("b", None));
    }

    [Fact]
    public async Task AnOutageOfSeconds_IsNotNoticed()
    {
        await using var gate = new Gate(blobs.Server.Port);
        var store = Through(gate);
        await store.PutAsync("a", Bytes(1), None);
        gate.CloseAfter(0);
        var put = store.PutAsync("b", Bytes(2), None);
        await Task.Delay(TimeSpan.FromSeconds(2), None);
        Assert.False(put.IsCompleted);
        gate.Open();
        Assert.Equal(await put, await store.FindAsync("b", None));
    }

    [Fact]
    public async Task AFrozenServer_DoesNotAnswerInTime()
    {
        await using var server = await BlobServer.StartAsync();
        var store = AzureStores.Open(server, container, folder.File("cache"), AzureStores.Impatient);
        await store.PutAsync("a", Bytes(1), None);
        server.Signal("STOP");
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.FindAsync("a", None));
        Assert.True(failure.IsTransient);
        Assert.Contains("does not answer in time", failure.Message, StringComparison.Ordinal);
        server.Signal("CONT");
        Assert.NotNull(await store.FindAsync("a", None));
    }

    [Fact]
    public async Task AnArtifactWhoseAnswerWasLost_IsNotAConflict()
    {
        await using var gate = new Gate(blobs.Server.Port);
        var store = Through(gate);
        await store.PutAsync("first", Bytes(1), None);
        gate.LoseNextAnswer();
        await store.PutAsync("a", Bytes(2), None);
        Assert.Equal([2], await File.ReadAllBytesAsync(await store.FetchAsync("a", None), None));
    }

    [Fact]
    public async Task ARecordWhoseAnswerWasLost_HasBeenWritten()
    {
        await using var gate = new Gate(blobs.Server.Port);
        var store = Through(gate);
        var tag = await store.WriteAsync("a", new byte[] { 1 }, null, None);
        gate.LoseNextAnswer();
        var next = await store.WriteAsync("a", new byte[] { 2 }, tag, None);
        Assert.NotNull(next);
        Assert.Equal(next, (await store.ReadAsync("a", None))!.Tag);
        Assert.Null(await store.WriteAsync("a", new byte[] { 3 }, tag, None));
    }

    [Fact]
    public async Task AWrongKey_IsDenied_AndNeverRepeated()
    {
        var key = Convert.ToBase64String(Enumerable.Repeat((byte)7, 64).ToArray());
        var store = AzureStores.Open(blobs.Server.ConnectionStringWith(key), container, folder.File("cache"), AzureStores.Impatient);
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync(None));
        Assert.False(failure.IsTransient);
        Assert.Contains("access is denied (403", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMissingContainer_OfAnAccount_IsNamed_AndNotMade()
    {
        // The server knows an account of any name by its path; only the emulator's own account is one whose containers may be made.
        await using var server = await BlobServer.StartAsync(account: "company");
        var store = AzureStores.Open(server, container, folder.File("cache"), AzureStores.Impatient);
        foreach (var call in new Func<Task>[] { () => store.CheckAsync(None), () => store.PutAsync("a", Bytes(1), None), () => store.FetchAsync("a", None), () => store.WriteAsync("a", new byte[] { 1 }, null, None) })
        {
            var failure = await Assert.ThrowsAsync<StoreUnavailableException>(call);
            Assert.False(failure.IsTransient);
            Assert.Contains($"there is no container '{container}'; create it with 'az storage container create --name {container} --account-name company", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AnUnknownHost_IsNamed()
    {
        var store = AzureStores.Open($"DefaultEndpointsProtocol=http;AccountName=nosuchaccount;AccountKey=AAAA;BlobEndpoint=http://nosuchaccount.invalid/nosuchaccount;", container, folder.File("cache"), AzureStores.Impatient);
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync(None));
        Assert.True(failure.IsTransient);
        Assert.Contains("no host of that name is known; check the account's name ('nosuchaccount')", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, null, "needs credentials: set AZURE_STORAGE_CONNECTION_STRING")]
    [InlineData("AccountKey=c2VjcmV0", null, null, "AZURE_STORAGE_CONNECTION_STRING holds no connection string")]
    [InlineData("c2VjcmV0", null, null, "AZURE_STORAGE_CONNECTION_STRING holds no connection string")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=x;AccountKey=c2VjcmV0=not base64;EndpointSuffix=core.windows.net", null, null, "AZURE_STORAGE_CONNECTION_STRING holds no connection string")]
    [InlineData(null, "no-such-file", null, "The file 'no-such-file' that AZURE_STORAGE_CONNECTION_STRING_FILE names cannot be read")]
    [InlineData(null, null, "evil.example/", "AZURE_STORAGE_ACCOUNT is not the name of a storage account")]
    public void CredentialsThatCannotBeUsed_AreTheUsersMistake_AndNotRepeated(string? text, string? file, string? account, string message)
    {
        var options = new AzureStoreOptions
        {
            Environment = name => name switch
            {
                AzureConnection.ConnectionString => text,
                AzureConnection.ConnectionStringFile => file,
                AzureConnection.Account => account,
                _ => null,
            },
        };
        var failure = Assert.Throws<UserErrorException>(() => new AzureArtifactStore(AzureLocation.Parse("azure:ifguide"), options));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AConnectionStringInAFile_IsUsed()
    {
        var file = folder.Write("secret", blobs.Server.ConnectionString + "\n");
        var store = new AzureArtifactStore(AzureLocation.Parse("azure:" + container), new AzureStoreOptions
        {
            Environment = name => name switch { AzureConnection.ConnectionStringFile => file, ArtifactCache.FolderVariable => folder.File("cache"), _ => null },
        });
        await store.PutAsync("a", Bytes(1), None);
        Assert.StartsWith(folder.File("cache"), await store.FetchAsync("a", None), StringComparison.Ordinal);
    }
}
