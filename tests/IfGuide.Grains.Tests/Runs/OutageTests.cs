using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Grains.Tests.Toy;
using Microsoft.Extensions.DependencyInjection;
using static IfGuide.Grains.Tests.Runs.ClusterRunTests;

namespace IfGuide.Grains.Tests.Runs;

/// <summary>What a run depends on goes away and comes back.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(Stage.Prepare)]
    [InlineData(Stage.Covariance)]
    [InlineData(Stage.Eigenbasis)]
    [InlineData(Stage.Select)]
    public async Task StoreOutOfReach_DelaysTheRun_AndChangesNothing(Stage stage)
    {
        using var folder = new TemporaryStore();
        var store = new FaultyStore(folder.Store);
        var once = 0;
        var executors = new ToyExecutors(store) { OnUnit = (unit, _) => { if (unit.Stage == stage && Interlocked.Exchange(ref once, 1) == 0) { store.IsDown = true; } } };
        await using var cluster = await SiloCluster.StartAsync(2, store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        await UntilAsync(() => store.IsDown);
        await Task.Delay(TimeSpan.FromSeconds(4)); // several beats, checkpoints and tries of units
        Assert.Equal(RunState.Running, (await run.StatusAsync())!.State);
        store.IsDown = false;

        AssertDone(await run.WaitAsync().WaitAsync(Limit));
        Assert.Equal(await UndisturbedAsync(), await folder.DigestsAsync());
        var warning = Assert.Single(await EventsAsync(cluster, run.Id), happened => happened.Kind == RunEventKind.Warning);
        Assert.Contains("out of reach", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoreFull_FailsTheRunWithReason_EvenIfThatCannotBeWritten_AndResumeGoesOn()
    {
        using var folder = new TemporaryStore();
        var store = new FaultyStore(folder.Store);
        var once = 0;
        var executors = new ToyExecutors(store) { OnUnit = (unit, _) => { if (unit.Stage == Stage.Score && Interlocked.Exchange(ref once, 1) == 0) { store.IsFull = true; } } };
        await using var cluster = await SiloCluster.StartAsync(1, store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        var failed = await run.WaitAsync().WaitAsync(Limit);
        Assert.Equal(RunState.Failed, failed!.State);
        Assert.Equal((FailureKind.StoreRefused, Stage.Score), (failed.Failure!.Kind, failed.Failure.Stage));
        Assert.Contains("no space left", failed.Failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failed.Failure.Unit);
        Assert.NotNull(failed.Failure.Silo);
        Assert.Equal(RunState.Failed, (await run.StatusAsync())!.State);

        store.IsFull = false;
        await run.ResumeAsync();
        AssertDone(await run.WaitAsync().WaitAsync(Limit));
        Assert.Equal(await UndisturbedAsync(), await folder.DigestsAsync());
    }

    [Fact]
    public async Task ReminderTableOutOfReach_DoesNotConcernTheRun()
    {
        using var folder = new TemporaryStore();
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, new ToyExecutors(folder.Store), configure: (_, silo) => silo.Services.AddSingleton<IReminderTable, DeadReminderTable>());
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        AssertDone(await run.WaitAsync().WaitAsync(Limit));
        Assert.True(await run.DeleteAsync());
    }

    [Fact]
    public async Task DamagedArtifact_IsComputedAgain_AndNamed()
    {
        using var folder = new TemporaryStore();
        var damaged = ToyPlanner.Covariance(ToyRun.Specification(), 3);
        var once = new Lazy<bool>(() => { folder.Damage(damaged); return true; }); // the other silo's unit waits: it would read what it has found sound
        var executors = new ToyExecutors(folder.Store) { OnUnit = (unit, _) => { if (unit.Stage == Stage.Eigenbasis) { Assert.True(once.Value); } } };
        await using var cluster = await SiloCluster.StartAsync(2, folder.Store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        AssertDone(await run.WaitAsync().WaitAsync(Limit));

        Assert.Equal(await UndisturbedAsync(), await folder.DigestsAsync());
        Assert.InRange(executors.Computed.Count(computed => computed.Unit.Artifact == damaged), 2, 4); // on a busy machine an idle silo may have made a copy
        Assert.Contains(await EventsAsync(cluster, run.Id), happened => happened.Kind == RunEventKind.Warning && happened.Message!.Contains(damaged, StringComparison.Ordinal));
    }

    [Fact]
    public async Task DamagedArtifact_ThatIsDamagedEachTime_FailsTheRun()
    {
        using var folder = new TemporaryStore();
        var damaged = ToyPlanner.Covariance(ToyRun.Specification(), 3);
        var eigenbasis = ToyPlanner.Layer(ToyRun.Specification(), 0); // one unit alone: a second one's damage would undo the first's, or find the artifact gone
        var executors = new ToyExecutors(folder.Store) { OnUnit = (unit, _) => { if (unit.Stage == Stage.Eigenbasis && unit.Artifact == eigenbasis) { folder.Damage(damaged); } } };
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        var failed = await run.WaitAsync().WaitAsync(Limit);
        Assert.Equal(RunState.Failed, failed!.State);
        Assert.Equal((FailureKind.ArtifactCorrupt, damaged), (failed.Failure!.Kind, failed.Failure.Artifact));
        Assert.Equal(4, executors.Computed.Count(computed => computed.Unit.Artifact == damaged));
    }

    [Fact]
    public async Task StoppingSilo_HandsItsUnitsBack_AndTheRunGoesOnAtOnce()
    {
        using var folder = new TemporaryStore();
        using var reached = new ManualResetEventSlim();
        var stopping = new ToyExecutors(folder.Store) { OnUnit = (unit, token) => { if (unit.Stage == Stage.Score) { reached.Set(); token.WaitHandle.WaitOne(Limit); } } };
        var staying = new ToyExecutors(folder.Store) { OnUnit = (_, _) => Thread.Sleep(50) };
        await using var cluster = await SiloCluster.StartAsync(2, folder.Store, executors: null, executorsOf: index => index == 1 ? stopping : staying, role: index => index == 0 ? Grains.Hosting.SiloRole.All : Grains.Hosting.SiloRole.Compute);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification(shards: 12));
        await UntilAsync(() => reached.IsSet);
        var started = TimeProvider.System.GetTimestamp();
        await cluster.StopAsync(cluster.Silos[1]).WaitAsync(TimeSpan.FromSeconds(30));
        AssertDone(await run.WaitAsync().WaitAsync(Limit));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(stopping.Computed, computed => computed.Unit.Stage == Stage.Score);
    }

    internal static async Task UntilAsync(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 3000, "it did not happen");
            await Task.Delay(20);
        }
    }

    private static async Task<SortedDictionary<string, string>> UndisturbedAsync()
    {
        using var folder = new TemporaryStore();
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, new ToyExecutors(folder.Store));
        AssertDone(await (await cluster.Client.SubmitAsync(ToyRun.Specification())).WaitAsync().WaitAsync(Limit));
        return await folder.DigestsAsync();
    }

    private static Task<IReadOnlyList<RunEvent>> EventsAsync(SiloCluster cluster, RunId run) => cluster.Grains.GetGrain<IRunGrain>(run.ToString()).GetEvents(0, TimeSpan.Zero);

    private sealed class DeadReminderTable : IReminderTable
    {
        public Task<ReminderTableData> ReadRows(GrainId grainId) => throw new TimeoutException("no connection is active");

        public Task<ReminderTableData> ReadRows(uint begin, uint end) => throw new TimeoutException("no connection is active");

        public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => throw new TimeoutException("no connection is active");

        public Task<string?> UpsertRow(ReminderEntry entry) => throw new TimeoutException("no connection is active");

        public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => throw new TimeoutException("no connection is active");

        public Task TestOnlyClearTable() => Task.CompletedTask;
    }
}
