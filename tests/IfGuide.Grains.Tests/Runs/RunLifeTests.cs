using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Tests.Toy;
using static IfGuide.Grains.Tests.Runs.ClusterRunTests;

namespace IfGuide.Grains.Tests.Runs;

/// <summary>What happens to one run between submission and deletion.</summary>
public sealed class RunLifeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Submit_FinishedRunAgain_ComputesOnlyThePreparation()
    {
        using var folder = new TemporaryStore();
        var executors = new ToyExecutors(folder.Store);
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        var first = await run.WaitAsync().WaitAsync(Limit);
        executors.Computed.Clear();

        await cluster.Client.SubmitAsync(ToyRun.Specification());
        var second = await run.WaitAsync().WaitAsync(Limit);

        AssertDone(second);
        Assert.Equal([UnitKind.Preparation], executors.Computed.Select(computed => computed.Unit.Kind));
        Assert.All(second.Stages.Where(stage => stage.Stage != Stage.Prepare), stage => Assert.Equal(stage.Units, stage.Reused));
        Assert.Equal(first!.Submitted, second.Submitted);
    }

    [Fact]
    public async Task Submit_ChangedWindow_RecomputesOnlyTheSelection()
    {
        using var folder = new TemporaryStore();
        var executors = new ToyExecutors(folder.Store);
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification(window: 1));
        await run.WaitAsync().WaitAsync(Limit);
        executors.Computed.Clear();

        await cluster.Client.SubmitAsync(ToyRun.Specification(window: 2));
        AssertDone(await run.WaitAsync().WaitAsync(Limit));

        Assert.Equal([UnitKind.Preparation, UnitKind.Selection], executors.Computed.Select(computed => computed.Unit.Kind));
    }

    [Fact]
    public async Task Submit_UntilScore_StopsThere_AndGoesOnFromThere()
    {
        using var folder = new TemporaryStore();
        var executors = new ToyExecutors(folder.Store);
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification(), until: Stage.Eigenbasis);
        var status = await run.WaitAsync().WaitAsync(Limit);
        AssertDone(status);
        Assert.Equal([Stage.Prepare, Stage.Covariance, Stage.Eigenbasis], status.Stages.Select(stage => stage.Stage));
        Assert.DoesNotContain(executors.Computed, computed => computed.Unit.Stage > Stage.Eigenbasis);

        await cluster.Client.SubmitAsync(ToyRun.Specification());
        status = await run.WaitAsync().WaitAsync(Limit);
        Assert.Equal(Stage.Select, status!.Stages[^1].Stage);
        Assert.Equal(6, executors.Computed.Count(computed => computed.Unit.Stage == Stage.Covariance));
    }

    [Fact]
    public async Task Submit_UnderAnotherRunsKey_IsRefused()
    {
        using var folder = new TemporaryStore();
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, new ToyExecutors(folder.Store));
        var error = await Assert.ThrowsAsync<UserErrorException>(() => cluster.Grains.GetGrain<IRunGrain>("another").Submit(ToyRun.Specification("toy")));
        Assert.Contains("'toy'", error.Message, StringComparison.Ordinal);
        Assert.Null(await cluster.Client.GetRun(RunId.Parse("another")).StatusAsync());
    }

    [Fact]
    public async Task Cancel_StopsTheRunningUnit_AndResumeFinishesTheRun()
    {
        using var folder = new TemporaryStore();
        var blocking = true;
        using var reached = new ManualResetEventSlim();
        using var stopped = new ManualResetEventSlim();
        var executors = new ToyExecutors(folder.Store)
        {
            OnUnit = (unit, token) =>
            {
                if (Volatile.Read(ref blocking) && unit.Stage == Stage.Score)
                {
                    reached.Set();
                    token.WaitHandle.WaitOne(Limit);
                    stopped.Set();
                }
            },
        };
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        await Task.Run(() => Assert.True(reached.Wait(Limit), "no score unit began"));
        Assert.Equal(RunState.Running, (await run.StatusAsync())!.State);
        var cancelled = await run.CancelAsync();
        Assert.Equal(RunState.Cancelled, cancelled!.State);
        Assert.NotNull(cancelled.Ended);
        Assert.True(stopped.Wait(Limit), "the unit was not told to stop");
        Assert.Equal(RunState.Cancelled, (await run.StatusAsync())!.State);
        Assert.DoesNotContain(executors.Computed, computed => computed.Unit.Stage == Stage.Score);

        Volatile.Write(ref blocking, false);
        var resumed = await run.ResumeAsync();
        Assert.Equal(RunState.Running, resumed!.State);
        var status = await run.WaitAsync().WaitAsync(Limit);
        AssertDone(status);
        Assert.Single(executors.Computed, computed => computed.Unit.Kind == UnitKind.Preparation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_WhoseUnitFails_SaysWhy_AndCanBeResumed(bool userFault)
    {
        using var folder = new TemporaryStore();
        var broken = true;
        var executors = new ToyExecutors(folder.Store)
        {
            OnUnit = (unit, _) =>
            {
                if (Volatile.Read(ref broken) && unit is { Stage: Stage.Covariance, Name: "shard-00004" })
                {
                    throw userFault ? new UserErrorException("corpus.jsonl, line 7: this is no JSON.") : new InvalidOperationException("the device fell over");
                }
            },
        };
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        var failed = await run.WaitAsync().WaitAsync(Limit);
        Assert.Equal(RunState.Failed, failed!.State);
        var failure = Assert.IsType<RunFailure>(failed.Failure);
        Assert.Equal(userFault, failure.UserFault);
        Assert.Equal(Stage.Covariance, failure.Stage);
        Assert.Equal("shard-00004", failure.Unit);
        Assert.Contains(userFault ? "line 7" : "the device fell over", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.Detail);

        Volatile.Write(ref broken, false);
        await run.ResumeAsync();
        var status = await run.WaitAsync().WaitAsync(Limit);
        AssertDone(status);
        Assert.Null(status.Failure);
    }

    [Fact]
    public async Task Delete_LeavesWhatAnotherRunRefersTo()
    {
        using var folder = new TemporaryStore();
        var executors = new ToyExecutors(folder.Store);
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var one = await cluster.Client.SubmitAsync(ToyRun.Specification("one", window: 1));
        await one.WaitAsync().WaitAsync(Limit);
        await cluster.Client.SubmitAsync(ToyRun.Specification("one", window: 3));
        await one.WaitAsync().WaitAsync(Limit);
        var two = await cluster.Client.SubmitAsync(ToyRun.Specification("two", window: 2));
        await two.WaitAsync().WaitAsync(Limit);
        Assert.Equal(["one", "two"], (await cluster.Client.ListAsync()).Select(status => status.Run.ToString()));

        Assert.True(await one.DeleteAsync());
        Assert.Null(await one.StatusAsync());
        Assert.Equal(["two"], (await cluster.Client.ListAsync()).Select(status => status.Run.ToString()));
        var left = await folder.DigestsAsync();
        Assert.Equal(6, left.Keys.Count(name => name.StartsWith("covariance/", StringComparison.Ordinal)));
        Assert.Single(left.Keys, name => name.StartsWith("select/", StringComparison.Ordinal));
        Assert.Single(left.Keys, name => name.StartsWith("specification/", StringComparison.Ordinal));

        Assert.True(await two.DeleteAsync());
        Assert.Empty(await folder.DigestsAsync());
        Assert.False(await two.DeleteAsync());
    }

    [Fact]
    public async Task Delete_WhileAnotherRunIsPrepared_IsRefused()
    {
        using var folder = new TemporaryStore();
        using var go = new ManualResetEventSlim();
        var executors = new ToyExecutors(folder.Store) { OnUnit = (unit, token) => { if (unit is { Kind: UnitKind.Preparation } && unit.Run.ToString() == "two") { go.Wait(Limit, token); } } };
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var one = await cluster.Client.SubmitAsync(ToyRun.Specification("one"));
        AssertDone(await one.WaitAsync().WaitAsync(Limit));
        var two = await cluster.Client.SubmitAsync(ToyRun.Specification("two"));
        var refused = await Assert.ThrowsAsync<UserErrorException>(() => one.DeleteAsync());
        Assert.Contains("'two'", refused.Message, StringComparison.Ordinal);
        go.Set();
        AssertDone(await two.WaitAsync().WaitAsync(Limit));
        AssertDone(await one.StatusAsync());
        Assert.True(await one.DeleteAsync());
    }

    [Fact]
    public async Task Submit_ChangedSpecification_WhileRunning_ReplacesTheRun()
    {
        using var folder = new TemporaryStore();
        using var reached = new ManualResetEventSlim();
        var executors = new ToyExecutors(folder.Store)
        {
            OnUnit = (unit, token) =>
            {
                if (unit.Kind == UnitKind.Selection && !reached.IsSet)
                {
                    reached.Set();
                    token.WaitHandle.WaitOne(Limit);
                }
            },
        };
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification(window: 1));
        await Task.Run(() => Assert.True(reached.Wait(Limit), "the selection did not begin"));
        await cluster.Client.SubmitAsync(ToyRun.Specification(window: 5));
        AssertDone(await run.WaitAsync().WaitAsync(Limit));
        Assert.Equal(5, (await run.SpecificationAsync())!.Selection.Window);
        Assert.Equal([ToyPlanner.Selection(ToyRun.Specification(window: 5))], executors.Computed.Where(computed => computed.Unit.Kind == UnitKind.Selection).Select(computed => computed.Unit.Artifact));
    }

    [Fact]
    public async Task Watch_TellsTheStagesInOrder_WithRisingNumbers()
    {
        using var folder = new TemporaryStore();
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, new ToyExecutors(folder.Store) { OnUnit = (_, _) => Thread.Sleep(20) });
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        var events = new List<RunEvent>();
        using var limit = new CancellationTokenSource(Limit);
        await foreach (var happened in run.WatchAsync(cancellationToken: limit.Token))
        {
            events.Add(happened);
        }

        Assert.Equal(RunEventKind.Started, events[0].Kind);
        Assert.Equal(RunEventKind.Done, events[^1].Kind);
        Assert.Equal(events.Select(happened => happened.Sequence).Order(), events.Select(happened => happened.Sequence));
        Assert.Equal(
            [Stage.Prepare, Stage.Covariance, Stage.Eigenbasis, Stage.Score, Stage.Select],
            events.Where(happened => happened.Kind == RunEventKind.StageDone).Select(happened => happened.Stage!.Stage));
        var progress = Assert.IsType<UnitProgress>(events.Last(happened => happened is { Kind: RunEventKind.StageDone, Stage.Stage: Stage.Score }).Stage!.Detail);
        Assert.Equal(("tokens", 600L, 600L), (progress.Measure, progress.Done, progress.Total));
    }

    [Fact]
    public async Task Watch_UnknownRun_EndsAtOnce()
    {
        using var folder = new TemporaryStore();
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, new ToyExecutors(folder.Store));
        var run = cluster.Client.GetRun(RunId.Parse("nobody"));
        Assert.Null(await run.WaitAsync().WaitAsync(Limit));
        Assert.Null(await run.CancelAsync());
        Assert.Null(await run.ResumeAsync());
    }
}
