using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Artifacts;

/// <summary>Artifacts in a folder.</summary>
public sealed class LocalStoreContractTests : StoreContractTests, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    protected override IStore Open() => new LocalArtifactStore(folder.Path);
}

/// <summary>Records in a folder.</summary>
public sealed class LocalRecordContractTests : RecordContractTests, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    protected override IRecordStore Open() => new LocalArtifactStore(folder.Path);
}
