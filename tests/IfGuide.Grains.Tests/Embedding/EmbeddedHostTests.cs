using IfGuide.Abstractions;
using IfGuide.Client;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Hosting;
using IfGuide.Grains.Tests.Toy;
using static IfGuide.Grains.Tests.Runs.ClusterRunTests;

namespace IfGuide.Grains.Tests.Embedding;

/// <summary>Embedded silos over one folder. Each host has its own store object and its own locks, as another process would.</summary>
public sealed class EmbeddedHostTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Run_Embedded_Finishes_OnTheDevicesOwnThreads()
    {
        using var folder = new TemporaryStore();
        var executors = new ToyExecutors(folder.Store);
        await using (var host = await StartAsync(folder, executors))
        {
            var run = await new IfGuideClient(host.Grains).SubmitAsync(ToyRun.Specification());
            AssertDone(await run.WaitAsync().WaitAsync(Limit));
        }

        Assert.Equal(["ifguide device", "ifguide processor"], executors.Computed.Select(computed => computed.Thread).Distinct().Order());
        Assert.Equal(0, executors.Alive);
    }

    [Fact]
    public async Task Run_WhoseHostStops_IsInterrupted_AndNobodyStartsItUnasked()
    {
        using var folder = new TemporaryStore();
        using var reached = new ManualResetEventSlim();
        var executors = new ToyExecutors(folder.Store) { OnUnit = (unit, token) => { if (unit.Stage == Stage.Score) { reached.Set(); token.WaitHandle.WaitOne(Limit); } } };
        await using (var host = await StartAsync(folder, executors))
        {
            await new IfGuideClient(host.Grains).SubmitAsync(ToyRun.Specification());
            await WaitAsync(reached);
        }

        var others = new ToyExecutors(folder.Store);
        await using var second = await StartAsync(folder, others);
        var client = new IfGuideClient(second.Grains);
        var run = client.GetRun(ToyRun.Specification().Run);
        Assert.Equal(RunState.Interrupted, (await run.StatusAsync())!.State);
        Assert.Equal(RunState.Interrupted, Assert.Single(await client.ListAsync()).State);
        await foreach (var happened in run.WatchAsync())
        {
            Assert.NotEqual(RunEventKind.Done, happened.Kind);
        }

        Assert.Empty(others.Computed);
        await run.ResumeAsync();
        AssertDone(await run.WaitAsync().WaitAsync(Limit));
        Assert.DoesNotContain(others.Computed, computed => computed.Unit.Stage < Stage.Score);
    }

    [Fact]
    public async Task Run_OfAnotherProcess_CanBeWatchedAndCancelled_ButNotRunTwice()
    {
        using var folder = new TemporaryStore();
        using var reached = new ManualResetEventSlim();
        var executors = new ToyExecutors(folder.Store) { OnUnit = (unit, token) => { if (unit.Stage == Stage.Score) { reached.Set(); token.WaitHandle.WaitOne(Limit); } } };
        await using var owner = await StartAsync(folder, executors);
        await using var visitor = await StartAsync(folder, new ToyExecutors(folder.Store));
        var owned = await new IfGuideClient(owner.Grains).SubmitAsync(ToyRun.Specification());
        await WaitAsync(reached);

        var client = new IfGuideClient(visitor.Grains);
        var run = client.GetRun(owned.Id);
        Assert.Equal(RunState.Running, (await run.StatusAsync())!.State);
        var refused = await Assert.ThrowsAsync<UserErrorException>(() => client.SubmitAsync(ToyRun.Specification()));
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UserErrorException>(() => run.ResumeAsync());
        await Assert.ThrowsAsync<UserErrorException>(() => run.DeleteAsync());

        var watching = WatchAsync(run);
        var cancelled = await run.CancelAsync();
        Assert.Equal(RunState.Cancelled, cancelled!.State);
        var events = await watching.WaitAsync(Limit);
        Assert.Contains(events, happened => happened is { Kind: RunEventKind.StageStarted, Stage.Stage: Stage.Score });
        Assert.Equal(RunEventKind.Cancelled, events[^1].Kind);
        Assert.Equal(RunState.Cancelled, (await owned.StatusAsync())!.State);

        // The owner has given the run back: the visitor may go on with it.
        await run.ResumeAsync();
        AssertDone(await run.WaitAsync().WaitAsync(Limit));
    }

    [Fact]
    public async Task Cancel_InterruptedRun_IsCancelled()
    {
        using var folder = new TemporaryStore();
        using var reached = new ManualResetEventSlim();
        var executors = new ToyExecutors(folder.Store) { OnUnit = (unit, token) => { reached.Set(); token.WaitHandle.WaitOne(Limit); } };
        await using (var host = await StartAsync(folder, executors))
        {
            await new IfGuideClient(host.Grains).SubmitAsync(ToyRun.Specification());
            await WaitAsync(reached);
        }

        await using var second = await StartAsync(folder, executors);
        var run = new IfGuideClient(second.Grains).GetRun(ToyRun.Specification().Run);
        Assert.Equal(RunState.Cancelled, (await run.CancelAsync())!.State);
        Assert.Equal(RunState.Cancelled, (await run.StatusAsync())!.State);
    }

    [Fact]
    public async Task Start_TwoHostsAtOnce_ShareNothing()
    {
        using var folder = new TemporaryStore();
        var executors = new ToyExecutors(folder.Store);
        await using var one = await StartAsync(folder, executors);
        await using var two = await StartAsync(folder, executors);
        var first = await new IfGuideClient(one.Grains).SubmitAsync(ToyRun.Specification("one"));
        var second = await new IfGuideClient(two.Grains).SubmitAsync(ToyRun.Specification("two"));
        AssertDone(await first.WaitAsync().WaitAsync(Limit));
        AssertDone(await second.WaitAsync().WaitAsync(Limit));
        Assert.Equal(1 + 6 + ToyPlanner.Layers + 6 + 1 + 1, executors.Computed.Select(computed => computed.Unit.Artifact + computed.Unit.Specification[..(computed.Unit.Artifact.Length == 0 ? 30 : 0)]).Distinct().Count());
    }

    private static Task<EmbeddedHost> StartAsync(TemporaryStore folder, ToyExecutors executors)
    {
        var store = folder.OpenAgain();
        return EmbeddedHost.StartAsync(new EmbeddedOptions
        {
            Store = store,
            Executors = executors,
            Planner = new ToyPlanner(store),
            Coordination = new CoordinationOptions { Beat = TimeSpan.FromMilliseconds(100), Checkpoint = TimeSpan.FromMilliseconds(200), Supervision = TimeSpan.FromMilliseconds(500) },
        });
    }

    private static async Task<List<RunEvent>> WatchAsync(RunHandle run)
    {
        var events = new List<RunEvent>();
        await foreach (var happened in run.WatchAsync())
        {
            events.Add(happened);
        }

        return events;
    }

    private static Task WaitAsync(ManualResetEventSlim reached) => Task.Run(() => Assert.True(reached.Wait(Limit), "the unit was not reached"));
}
