using System.Reflection;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Tests.Toy;
using IfGuide.Storage.Artifacts;
using IfGuide.Tests.Shared;

namespace IfGuide.Grains.Tests.Connections;

/// <summary>Whoever can call the cluster chooses grain keys and fills messages as he likes: no name of his leads out of its place in the store.</summary>
public sealed class HostileCallerTests(HostileCallerTests.OneSilo silo) : IClassFixture<HostileCallerTests.OneSilo>
{

    public static TheoryData<string> Keys =>
    [
        "../../x", "..", ".", "/etc/passwd", "%2e%2e%2fx", "..%2fx", @"..\..\x", "x/../../../y", "x/y", "x.json", "X", "x y", "x\0y", "x\ny", "ｘ", "．．/x", "x\u202Ey", "e\u0301", "-x", new string('x', 64), new string('x', 5000),
    ];

    public static TheoryData<string, Func<UnitReference, UnitReference>> Units => new()
    {
        { "artifact outside", unit => unit with { Artifact = "../../etc/passwd" } },
        { "absolute artifact", unit => unit with { Artifact = "/etc/passwd" } },
        { "artifact of another stage", unit => unit with { Artifact = "score/k/shard-00000.npy" } },
        { "artifact among the specifications", unit => unit with { Artifact = "specification/x.json" } },
        { "encoded artifact", unit => unit with { Artifact = "covariance/%2e%2e/x" } },
        { "no artifact", unit => unit with { Artifact = "" } },
        { "null artifact", unit => unit with { Artifact = null! } },
        { "specification outside", unit => unit with { Specification = "specification/../../x" } },
        { "specification elsewhere", unit => unit with { Specification = "records/x" } },
        { "null specification", unit => unit with { Specification = null! } },
        { "inputs outside", unit => unit with { Inputs = "prepare/../../x" } },
        { "no inputs", unit => unit with { Inputs = null } },
        { "name outside", unit => unit with { Name = "../x" } },
        { "name with a backslash", unit => unit with { Name = @"..\x" } },
        { "very long name", unit => unit with { Name = new string('x', 5000) } },
        { "empty name", unit => unit with { Name = "" } },
        { "unknown stage", unit => unit with { Stage = (Stage)99 } },
        { "unknown kind", unit => unit with { Kind = (UnitKind)99 } },
        { "run that is no id", unit => unit with { Run = Forged("../../x") } },
        { "no run", unit => unit with { Run = default } },
        { "preparation with an artifact", unit => unit with { Kind = UnitKind.Preparation, Stage = Stage.Prepare, Inputs = null } },
    };

    [Theory, MemberData(nameof(Keys))]
    public async Task RunGrain_UnderAKeyThatIsNoRunId_DoesNothing(string key)
    {
        var before = silo.Everything();
        var grain = silo.Grains.GetGrain<IRunGrain>(key);
        Func<Task>[] calls =
        [
            () => grain.Submit(ToyRun.Specification() with { Run = Forged(key) }),
            () => grain.GetStatus(), () => grain.GetSpecification(), () => grain.GetEvents(0, TimeSpan.Zero), () => grain.Cancel(), () => grain.Resume(), () => grain.EnsureRunning(), () => grain.Delete(),
        ];
        foreach (var call in calls)
        {
            var refusal = await Assert.ThrowsAnyAsync<Exception>(() => call().WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains("is not a run id", refusal.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(before, silo.Everything());
    }

    [Theory, MemberData(nameof(Units), DisableDiscoveryEnumeration = true)]
    public async Task UnitGrain_WithANameThatLeadsElsewhere_DoesNothing(string what, Func<UnitReference, UnitReference> forge)
    {
        var unit = forge(new UnitReference
        {
            Run = RunId.Parse("toy"),
            Specification = "specification/0123456789abcdef.json",
            Inputs = "prepare/0123456789abcdef/inputs.txt",
            Stage = Stage.Covariance,
            Name = "shard-00000",
            Kind = UnitKind.CorpusShard,
            Artifact = "covariance/0123456789abcdef/shard-00000.txt",
        });
        var before = silo.Everything();
        var grain = silo.Grains.GetGrain<ICorpusShardGrain>($"toy/{what}");
        var refusal = await Assert.ThrowsAsync<UserErrorException>(() => grain.Ensure(unit, TimeSpan.FromSeconds(5)));
        Assert.Contains("this silo computes only units that a run's coordinator hands out", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Message.Length < 400);
        Assert.Equal(before, silo.Everything());
    }

    [Fact]
    public async Task Run_OfOneId_SubmittedUnderAnother_IsRefused()
    {
        var before = silo.Everything();
        var grain = silo.Grains.GetGrain<IRunGrain>("mine");
        await Assert.ThrowsAsync<UserErrorException>(() => grain.Submit(ToyRun.Specification("yours")));
        await Assert.ThrowsAsync<UserErrorException>(() => grain.Submit(ToyRun.Specification() with { Run = Forged("../mine") }));
        Assert.Equal(before, silo.Everything());
    }

    /// <summary>A run id as it may come from the wire, whose reader does not ask what an id is made of.</summary>
    private static RunId Forged(string text)
    {
        object id = default(RunId);
        typeof(RunId).GetField("value", BindingFlags.NonPublic | BindingFlags.Instance)!.SetValue(id, text);
        return (RunId)id;
    }

    /// <summary>A silo over a store in a folder of its own.</summary>
    public sealed class OneSilo : IAsyncLifetime
    {
        private readonly TemporaryFolder folder = new();
        private SiloCluster? cluster;

        public IGrainFactory Grains => cluster!.Grains;

        public string[] Everything() =>
            [.. Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Where(path => !path.Contains("/.locks/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

        public async ValueTask InitializeAsync()
        {
            var store = new LocalArtifactStore(folder.File("store"));
            cluster = await SiloCluster.StartAsync(1, store, new ToyExecutors(store));
        }

        public async ValueTask DisposeAsync()
        {
            if (cluster is not null)
            {
                await cluster.DisposeAsync();
            }

            folder.Dispose();
        }
    }
}
