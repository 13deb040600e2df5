using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Artifacts.Azure;

/// <summary>Artifacts in a container; every store has a cache of its own, as on machines of their own.</summary>
public sealed class AzureStoreContractTests(BlobServerFixture blobs) : StoreContractTests, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string container = AzureStores.NewContainer();

    public void Dispose() => folder.Dispose();

    protected override IStore Open() => AzureStores.Open(blobs.Server, container, folder.File(Guid.NewGuid().ToString("N")));
}

/// <summary>Artifacts under a prefix of a container.</summary>
public sealed class AzurePrefixContractTests(BlobServerFixture blobs) : StoreContractTests, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string container = AzureStores.NewContainer() + "/team-a/runs";

    public void Dispose() => folder.Dispose();

    protected override IStore Open() => AzureStores.Open(blobs.Server, container, folder.File("cache"));
}

/// <summary>Records in a container.</summary>
public sealed class AzureRecordContractTests(BlobServerFixture blobs) : RecordContractTests, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string container = AzureStores.NewContainer();

    public void Dispose() => folder.Dispose();

    protected override IRecordStore Open() => AzureStores.Open(blobs.Server, container, folder.File("cache"));
}
