using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Hosting;
using IfGuide.Grains.Tests.Toy;

namespace IfGuide.Grains.Tests.Runs;

/// <summary>The same run on several silos, whole and dying.</summary>
public sealed class ClusterRunTests
{
    private const int LargestMessage = 256 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Run_OnOneTwoAndFourSilos_GivesEqualBytes()
    {
        var digests = new List<SortedDictionary<string, string>>();
        foreach (var silos in new[] { 1, 2, 4 })
        {
            using var folder = new TemporaryStore();
            var executors = new ToyExecutors(folder.Store);
            await using var cluster = await SiloCluster.StartAsync(silos, folder.Store, executors);
            var run = await cluster.Client.SubmitAsync(ToyRun.Specification(shards: 12));
            AssertDone(await run.WaitAsync().WaitAsync(Limit));
            var units = 1 + 12 + ToyPlanner.Layers + 12 + 1;
            Assert.InRange(executors.Computed.Count, units, 2 * units); // late units may be computed twice, with the same bytes
            Assert.Contains("IUnitGrain.Ensure request", cluster.Sizes.Largest.Keys);
            Assert.Contains("IUnitGrain.Ensure response", cluster.Sizes.Largest.Keys);
            Assert.Contains("IRunGrain.Submit request", cluster.Sizes.Largest.Keys);
            Assert.Contains("IRunGrain.GetEvents response", cluster.Sizes.Largest.Keys);
            Assert.All(cluster.Sizes.Largest, size => Assert.InRange(size.Value, 0, LargestMessage));
            digests.Add(await folder.DigestsAsync());
        }

        Assert.Equal(digests[0], digests[1]);
        Assert.Equal(digests[0], digests[2]);
    }

    [Fact]
    public async Task Run_UsesEveryComputeSiloEvenly_AndNoControlSilo()
    {
        using var folder = new TemporaryStore();
        var executors = Enumerable.Range(0, 3).Select(_ => new ToyExecutors(folder.Store) { OnUnit = (_, _) => Thread.Sleep(50) }).ToArray();
        await using var cluster = await SiloCluster.StartAsync(3, folder.Store, executors[0], role: index => index == 0 ? SiloRole.Control : SiloRole.Compute, executorsOf: index => executors[index]);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification(shards: 16));
        AssertDone(await run.WaitAsync().WaitAsync(Limit));

        Assert.Empty(executors[0].Computed);
        Assert.Equal(0, executors[0].Alive);
        Assert.All(executors[1..], silo => Assert.InRange(silo.Computed.Count(computed => computed.Unit.Kind == UnitKind.CorpusShard), 8, 24));
    }

    /// <summary>Without a compute silo, Orleans does not even know the class of the grain that would compute a unit.</summary>
    [Fact]
    public async Task Run_WhoseComputeSilosAreAllGone_WaitsForTheNext()
    {
        using var folder = new TemporaryStore();
        using var reached = new ManualResetEventSlim();
        var executors = new ToyExecutors(folder.Store) { OnUnit = (unit, token) => { if (unit.Stage == Stage.Score && !reached.IsSet) { reached.Set(); token.WaitHandle.WaitOne(Limit); } } };
        await using var cluster = await SiloCluster.StartAsync(2, folder.Store, executors, role: index => index == 0 ? SiloRole.Control : SiloRole.Compute);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        await Task.Run(() => Assert.True(reached.Wait(Limit), "no score unit began"), TestContext.Current.CancellationToken);
        await cluster.KillAsync(cluster.Silos[1]);
        await foreach (var told in run.WatchAsync().WithCancellation(TestContext.Current.CancellationToken))
        {
            if (told.Message?.StartsWith("Waiting for compute silos", StringComparison.Ordinal) == true)
            {
                break;
            }

            Assert.NotEqual(RunEventKind.Failed, told.Kind);
        }

        await cluster.StartAnotherAsync();
        AssertDone(await run.WaitAsync().WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Messages_DoNotGrowWithTheNumberOfUnits()
    {
        var sizes = new List<IReadOnlyDictionary<string, int>>();
        foreach (var shards in new[] { 2, 150 })
        {
            using var folder = new TemporaryStore();
            await using var cluster = await SiloCluster.StartAsync(1, folder.Store, new ToyExecutors(folder.Store));
            var run = await cluster.Client.SubmitAsync(ToyRun.Specification(shards: shards));
            AssertDone(await run.WaitAsync().WaitAsync(Limit));
            await run.StatusAsync();
            await cluster.Client.ListAsync();
            sizes.Add(cluster.Sizes.Largest);
        }

        // More events fit into one answer when the run is longer, up to what is kept of them.
        Assert.All(sizes[1], size => Assert.InRange(size.Value, 0, Math.Max(2 * sizes[0].GetValueOrDefault(size.Key), 4096)));
    }

    [Fact]
    public async Task Run_OfAClusterThatWasRestarted_GoesOnUnasked()
    {
        using var folder = new TemporaryStore();
        using var reached = new ManualResetEventSlim();
        var before = new ToyExecutors(folder.Store) { OnUnit = (unit, token) => { if (unit.Stage == Stage.Score) { reached.Set(); token.WaitHandle.WaitOne(Limit); } } };
        await using (var cluster = await SiloCluster.StartAsync(2, folder.Store, before))
        {
            await cluster.Client.SubmitAsync(ToyRun.Specification());
            await Task.Run(() => Assert.True(reached.Wait(Limit), "no score unit began"));
        }

        var after = new ToyExecutors(folder.Store);
        await using var restarted = await SiloCluster.StartAsync(1, folder.Store, after);
        AssertDone(await restarted.Client.GetRun(ToyRun.Specification().Run).WaitAsync().WaitAsync(Limit));
        Assert.DoesNotContain(after.Computed, computed => computed.Unit.Stage < Stage.Score);
    }

    [Fact]
    public async Task Run_WhoseSiloIsKilled_EndsWithTheSameBytes()
    {
        using var undisturbed = new TemporaryStore();
        await using (var cluster = await SiloCluster.StartAsync(1, undisturbed.Store, new ToyExecutors(undisturbed.Store)))
        {
            await (await cluster.Client.SubmitAsync(ToyRun.Specification(shards: 16))).WaitAsync().WaitAsync(Limit);
        }

        using var folder = new TemporaryStore();
        using var halfway = new SemaphoreSlim(0);
        var seen = 0;
        var executors = new ToyExecutors(folder.Store)
        {
            OnUnit = (unit, _) =>
            {
                Thread.Sleep(30);
                if (Interlocked.Increment(ref seen) == 10)
                {
                    halfway.Release();
                }
            },
        };
        await using (var cluster = await SiloCluster.StartAsync(4, folder.Store, executors))
        {
            var run = await cluster.Client.SubmitAsync(ToyRun.Specification(shards: 16));
            Assert.True(await halfway.WaitAsync(Limit), $"the run computed {seen} units, not 10");
            await cluster.KillAsync(cluster.Silos[^1]);
            await cluster.KillAsync(cluster.Silos[^1]);
            var status = await run.WaitAsync().WaitAsync(Limit);
            AssertDone(status);
        }

        Assert.Equal(await undisturbed.DigestsAsync(), await folder.DigestsAsync());
    }

    [Fact]
    public async Task Run_WhoseCoordinatorIsLost_IsRevivedBySupervisor()
    {
        using var folder = new TemporaryStore();
        using var go = new ManualResetEventSlim();
        var executors = new ToyExecutors(folder.Store) { OnUnit = (unit, token) => { if (unit.Stage == Stage.Score) { go.Wait(token); } } };
        await using var cluster = await SiloCluster.StartAsync(2, folder.Store, executors);
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification());
        await ReachAsync(run, Stage.Score);
        await cluster.DeactivateAsync(run.Id);
        go.Set();
        var status = await run.WaitAsync().WaitAsync(Limit);

        AssertDone(status);
        Assert.Equal(6, Assert.Single(status.Stages, stage => stage.Stage == Stage.Covariance).Reused);
    }

    internal static void AssertDone([System.Diagnostics.CodeAnalysis.NotNull] RunStatus? status)
    {
        Assert.NotNull(status);
        Assert.True(status.State == RunState.Done, $"{status.State}: {status.Failure?.Message} {status.Failure?.Detail}");
    }

    internal static async Task ReachAsync(Client.RunHandle run, Stage stage)
    {
        using var limit = new CancellationTokenSource(Limit);
        await foreach (var happened in run.WatchAsync(cancellationToken: limit.Token))
        {
            if (happened.Kind == RunEventKind.StageStarted && happened.Stage?.Stage == stage)
            {
                return;
            }

            Assert.Null(happened.Failure);
        }

        Assert.Fail($"the run ended without reaching {stage}");
    }
}
