using IfGuide.Abstractions;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Records;
using IfGuide.Grains.Tests.Toy;
using Orleans.Core;
using Orleans.Storage;
using static IfGuide.Grains.Tests.Runs.ClusterRunTests;

namespace IfGuide.Grains.Tests.Runs;

/// <summary>Two coordinators of one run, as when a silo that was declared dead wakes up: one of them gives way, and no result changes.</summary>
public sealed class TwoCoordinatorsTests
{
    private static readonly RunId Run = ToyRun.Specification().Run;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Save_OfARunThatAnotherHasTaken_IsRefused()
    {
        using var folder = new TemporaryStore();
        var first = Ledger(folder.Store);
        await first.ReadAsync();
        first.Begin(Run, "specification", until: null, Owner("first"));
        await first.SaveAsync();

        var second = Ledger(folder.Store);
        await second.ReadAsync();
        second.Resume(Owner("second"));
        await second.SaveAsync();

        first.RecordEvent(RunEventKind.Warning, message: "I am alive");
        await Assert.ThrowsAsync<InconsistentStateException>(first.SaveAsync);
        await Assert.ThrowsAsync<InconsistentStateException>(first.SaveAsync);
        Assert.False(first.IsSaved);
        second.RecordEvent(RunEventKind.Warning, message: "So am I");
        await second.SaveAsync();
        Assert.Equal("second", (await new RunRecords(folder.Store).ReadAsync(Run))!.Owner);
    }

    [Fact]
    public async Task Save_WhoseAnswerWasLost_IsNotTakenForAnothersWrite()
    {
        using var folder = new TemporaryStore();
        var store = new FaultyStore(folder.Store);
        var ledger = Ledger(store);
        await ledger.ReadAsync();
        ledger.Begin(Run, "specification", until: null, Owner("me"));
        store.LoseAnswers(1);
        await Assert.ThrowsAnyAsync<Exception>(ledger.SaveAsync);
        Assert.False(ledger.IsSaved);
        ledger.RecordEvent(RunEventKind.Warning, message: "still me");
        await ledger.SaveAsync();
        Assert.True(ledger.IsSaved);
        Assert.Equal("still me", (await new RunRecords(store).ReadAsync(Run))!.Events[^1].Message);
    }

    [Fact]
    public async Task TwoClustersOverOneStore_FightForARun_AndItsBytesAreTheSame()
    {
        using var undisturbed = new TemporaryStore();
        await using (var cluster = await SiloCluster.StartAsync(1, undisturbed.Store, new ToyExecutors(undisturbed.Store)))
        {
            AssertDone(await (await cluster.Client.SubmitAsync(ToyRun.Specification(shards: 40))).WaitAsync().WaitAsync(Limit));
        }

        using var folder = new TemporaryStore();
        await using var one = await SiloCluster.StartAsync(1, folder.Store, new ToyExecutors(folder.Store) { OnUnit = (_, _) => Thread.Sleep(100) });
        var run = await one.Client.SubmitAsync(ToyRun.Specification(shards: 40));
        await ReachAsync(run, Stage.Covariance);
        await using var two = await SiloCluster.StartAsync(1, folder.OpenAgain(), new ToyExecutors(folder.OpenAgain()) { OnUnit = (_, _) => Thread.Sleep(100) });
        var records = new RunRecords(folder.Store);
        var first = (await records.ReadAsync(Run))!.Writer;
        var writers = new HashSet<string>();
        RunRecord? record;
        using var limit = new CancellationTokenSource(Limit);
        while ((record = await records.ReadAsync(Run, limit.Token)) is { State: RunState.Running })
        {
            writers.Add(record.Writer);
            await Task.Delay(50, limit.Token);
        }

        Assert.Equal(RunState.Done, record!.State);
        Assert.NotEmpty(writers.Except([first]));
        Assert.Equal(await undisturbed.DigestsAsync(), await folder.DigestsAsync());
    }

    private static ClusterRunOwnership Owner(string name) => new("cluster", name);

    private static RunLedger Ledger(Storage.Artifacts.IRecordStore store) => new(new State(new RecordGrainStorage(store)), TimeProvider.System);

    private sealed class State(RecordGrainStorage storage) : IPersistentState<RunRecord>
    {
        private static readonly GrainId Id = GrainId.Create("run", Run.ToString());
        private readonly GrainState<RunRecord> state = new(new RunRecord());

        RunRecord IStorage<RunRecord>.State
        {
            get => state.State!;
            set => state.State = value;
        }

        public string? Etag => state.ETag;

        public bool RecordExists => state.RecordExists;

        public Task ReadStateAsync() => storage.ReadStateAsync(RunRecord.StateName, Id, state);

        public Task WriteStateAsync() => storage.WriteStateAsync(RunRecord.StateName, Id, state);

        public Task ClearStateAsync() => storage.ClearStateAsync(RunRecord.StateName, Id, state);
    }
}
