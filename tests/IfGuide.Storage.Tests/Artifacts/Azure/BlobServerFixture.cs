using IfGuide.Storage.Artifacts.Azure;
using IfGuide.Storage.Tests.Artifacts.Azure;
using IfGuide.Tests.Shared;

[assembly: AssemblyFixture(typeof(BlobServerFixture))]

namespace IfGuide.Storage.Tests.Artifacts.Azure;

/// <summary>One blob server for all tests that do not hurt it.</summary>
public sealed class BlobServerFixture : IAsyncLifetime
{
    private readonly Lazy<Task<BlobServer>> server = new(() => BlobServer.StartAsync());

    /// <summary>The server; the first caller starts it.</summary>
    internal BlobServer Server => server.Value.GetAwaiter().GetResult();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (server.IsValueCreated)
        {
            await (await server.Value).DisposeAsync();
        }
    }
}

/// <summary>Opens stores on a server.</summary>
internal static class AzureStores
{
    /// <summary>A container's name that no other test has.</summary>
    public static string NewContainer() => $"test-{Guid.NewGuid():N}";

    /// <summary>Opens a store whose cache lies in a folder.</summary>
    public static AzureArtifactStore Open(BlobServer server, string container, string cache, AzureStoreOptions? options = null) => Open(server.ConnectionString, container, cache, options);

    /// <summary>Opens a store whose cache lies in a folder.</summary>
    public static AzureArtifactStore Open(string connectionString, string container, string cache, AzureStoreOptions? options = null)
    {
        options ??= new AzureStoreOptions();
        return new AzureArtifactStore(AzureLocation.Parse("azure:" + container), options with
        {
            Environment = name => name == AzureConnection.ConnectionString ? connectionString : null,
            Cache = options.Cache ?? new ArtifactCache(cache, 1L << 30, TimeProvider.System),
        });
    }

    /// <summary>Gives up at once instead of after some seconds.</summary>
    public static AzureStoreOptions Impatient { get; } = new() { Retries = 1, RetryDelay = TimeSpan.FromMilliseconds(10), NetworkTimeout = TimeSpan.FromSeconds(2) };
}
