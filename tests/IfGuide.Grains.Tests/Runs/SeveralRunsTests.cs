using IfGuide.Abstractions;
using IfGuide.Grains.Tests.Toy;
using static IfGuide.Grains.Tests.Runs.ClusterRunTests;

namespace IfGuide.Grains.Tests.Runs;

/// <summary>Several runs at once on one cluster.</summary>
public sealed class SeveralRunsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task TwoRuns_TakeTurnsOnTheDevice()
    {
        using var folder = new TemporaryStore();
        var executors = new ToyExecutors(folder.Store) { OnUnit = (_, _) => Thread.Sleep(20) };
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var large = await cluster.Client.SubmitAsync(ToyRun.Specification("large", seed: 1, shards: 150));
        await ReachAsync(large, Stage.Covariance);
        await OutageTests.UntilAsync(() => executors.Computed.Count > 20); // its queue on the silo is as long as it gets
        var begun = executors.Computed.Count;
        var small = await cluster.Client.SubmitAsync(ToyRun.Specification("small", seed: 2, shards: 10));
        AssertDone(await small.WaitAsync().WaitAsync(Limit));

        Assert.Equal(RunState.Running, (await large.StatusAsync())!.State);
        var meanwhile = executors.Computed.Skip(begun).Count(computed => computed.Unit.Run == large.Id);
        Assert.InRange(meanwhile, 0, 3 * (1 + 10 + ToyPlanner.Layers + 10 + 1));
        AssertDone(await large.WaitAsync().WaitAsync(Limit));
    }

    [Fact]
    public async Task CancelledRun_FreesItsPlaces_WithinAUnitsTime()
    {
        using var folder = new TemporaryStore();
        using var reached = new ManualResetEventSlim();
        var executors = new ToyExecutors(folder.Store)
        {
            OnUnit = (unit, token) =>
            {
                if (unit.Run.ToString() == "first" && unit.Stage == Stage.Covariance)
                {
                    reached.Set();
                    token.WaitHandle.WaitOne(Limit); // a unit that would take a minute, with safe points
                }
            },
        };
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors);
        var first = await cluster.Client.SubmitAsync(ToyRun.Specification("first", seed: 1, shards: 20));
        await OutageTests.UntilAsync(() => reached.IsSet);
        var second = await cluster.Client.SubmitAsync(ToyRun.Specification("second", seed: 2));
        await ReachAsync(second, Stage.Covariance);
        Assert.Equal(RunState.Cancelled, (await first.CancelAsync())!.State);
        AssertDone(await second.WaitAsync().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(RunState.Cancelled, (await first.StatusAsync())!.State);
    }

    [Fact]
    public async Task FailedRun_LeavesTheOthersAlone_AndSaysWhichUnitFailedWhereAndWhy()
    {
        using var folder = new TemporaryStore();
        var broken = true;
        var executors = new ToyExecutors(folder.Store)
        {
            OnUnit = (unit, _) =>
            {
                Thread.Sleep(10);
                if (Volatile.Read(ref broken) && unit is { Stage: Stage.Score, Name: "shard-00002" } && unit.Run.ToString() == "broken")
                {
                    throw new InvalidOperationException("the device fell over");
                }
            },
        };
        await using var cluster = await SiloCluster.StartAsync(2, folder.Store, executors);
        var whole = await cluster.Client.SubmitAsync(ToyRun.Specification("whole", seed: 1, shards: 20));
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification("broken", seed: 2));
        var failed = await run.WaitAsync().WaitAsync(Limit);
        Assert.Equal(RunState.Failed, failed!.State);
        Assert.Equal("InvalidOperationException: the device fell over", failed.Failure!.Message);
        Assert.Equal((Stage.Score, "shard-00002"), (failed.Failure.Stage, failed.Failure.Unit));
        Assert.StartsWith("Silo_", failed.Failure.Silo, StringComparison.Ordinal);
        AssertDone(await whole.WaitAsync().WaitAsync(Limit));

        Volatile.Write(ref broken, false);
        await run.ResumeAsync();
        AssertDone(await run.WaitAsync().WaitAsync(Limit));
    }
}
