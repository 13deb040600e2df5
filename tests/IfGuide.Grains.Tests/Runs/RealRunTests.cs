using IfGuide.Abstractions;
using IfGuide.Grains.Tests.Toy;
using IfGuide.Pipeline.Execution;
using IfGuide.Tests.Shared;
using static IfGuide.Grains.Tests.Runs.ClusterRunTests;

namespace IfGuide.Grains.Tests.Runs;

/// <summary>The method itself through the grains: any number of silos, and silos that die, give the bytes of one thread without grains.</summary>
public sealed class RealRunTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task WholeMethod_OnOneTwoAndFourSilos_GivesTheBytesOfOneThread()
    {
        using var inputs = new TemporaryFolder();
        var specification = TinyRun.Create(inputs.Path);
        using var alone = new TemporaryStore();
        new LocalRun(alone.Store).Execute(specification);
        var expected = await alone.DigestsAsync();

        foreach (var silos in new[] { 1, 2, 4 })
        {
            using var folder = new TemporaryStore();
            await using var cluster = await SiloCluster.StartAsync(silos, folder.Store, executors: null, real: true);
            var run = await cluster.Client.SubmitAsync(specification);
            AssertDone(await run.WaitAsync().WaitAsync(Limit));
            Assert.Equal(expected, await folder.DigestsAsync());
            Assert.All(cluster.Sizes.Largest, size => Assert.InRange(size.Value, 0, 256 * 1024));
        }
    }

    [Fact]
    public async Task WholeMethod_WhoseSilosDie_GivesTheBytesOfOneThread()
    {
        using var inputs = new TemporaryFolder();
        var specification = TinyRun.Create(inputs.Path);
        using var alone = new TemporaryStore();
        new LocalRun(alone.Store).Execute(specification);

        using var folder = new TemporaryStore();
        await using var cluster = await SiloCluster.StartAsync(3, folder.Store, executors: null, real: true);
        var run = await cluster.Client.SubmitAsync(specification);
        await ReachAsync(run, Stage.Covariance);
        await cluster.KillAsync(cluster.Silos[^1]);
        await ReachAsync(run, Stage.Train);
        await cluster.KillAsync(cluster.Silos[^1]);
        AssertDone(await run.WaitAsync().WaitAsync(Limit));
        Assert.Equal(await alone.DigestsAsync(), await folder.DigestsAsync());
    }

    /// <summary>Two workers in rounds: on one silo, on two that share each round, and on three of which one dies in a round.</summary>
    [Fact]
    public async Task TrainingInRounds_OnAnyNumberOfSilos_GivesTheBytesOfOneThread_AndDeleteLeavesNothing()
    {
        using var inputs = new TemporaryFolder();
        var specification = TinyRun.Create(inputs.Path);
        specification = specification with { SchemaVersion = 3, Training = specification.Training with { Workers = 2, LocalSteps = 5, Epochs = 4, Validation = specification.Evaluation!.Perplexity } };
        using var alone = new TemporaryStore();
        new LocalRun(alone.Store).Execute(specification);
        var expected = await alone.DigestsAsync();

        foreach (var silos in new[] { 1, 2, 3 })
        {
            using var folder = new TemporaryStore();
            await using var cluster = await SiloCluster.StartAsync(silos, folder.Store, executors: null, real: true);
            var run = await cluster.Client.SubmitAsync(specification);
            if (silos == 3)
            {
                await ReachAsync(run, Stage.Train);
                await cluster.KillAsync(cluster.Silos[^1]);
            }

            AssertDone(await run.WaitAsync().WaitAsync(Limit));
            Assert.Equal((silos, string.Empty, string.Empty), (silos, Difference(expected, await folder.DigestsAsync()), Difference(await folder.DigestsAsync(), expected)));
            var again = await (await cluster.Client.SubmitAsync(specification)).WaitAsync().WaitAsync(Limit);
            Assert.All(again!.Stages.Where(stage => stage.Stage != Stage.Prepare), stage => Assert.Equal(stage.Units, stage.Reused));
            Assert.True(await run.DeleteAsync());
            Assert.Empty(await folder.DigestsAsync());
        }
    }

    [Fact]
    public async Task TwoBehaviours_OnThreeSilosOfWhichOneDies_GiveTheBytesOfOneThread_AndDeleteLeavesNothing()
    {
        using var inputs = new TemporaryFolder();
        var (_, _, both) = TwoBehaviours.Of(TinyRun.Create(inputs.Path));
        using var alone = new TemporaryStore();
        new LocalRun(alone.Store).Execute(both);

        using var folder = new TemporaryStore();
        await using var cluster = await SiloCluster.StartAsync(3, folder.Store, executors: null, real: true);
        var run = await cluster.Client.SubmitAsync(both);
        await ReachAsync(run, Stage.Score);
        await cluster.KillAsync(cluster.Silos[^1]);
        AssertDone(await run.WaitAsync().WaitAsync(Limit));
        Assert.Equal(await alone.DigestsAsync(), await folder.DigestsAsync());
        Assert.True(await run.DeleteAsync());
        Assert.Empty(await folder.DigestsAsync());
    }

    [Fact]
    public async Task Delete_AfterTheWholeMethod_LeavesNothing()
    {
        using var inputs = new TemporaryFolder();
        using var folder = new TemporaryStore();
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors: null, real: true);
        var run = await cluster.Client.SubmitAsync(TinyRun.Create(inputs.Path));
        AssertDone(await run.WaitAsync().WaitAsync(Limit));
        Assert.True(await run.DeleteAsync());
        Assert.Empty(await folder.DigestsAsync());
    }

    [Fact]
    public async Task UserError_InTheInputs_FailsThePreparation_WithItsMessage()
    {
        using var inputs = new TemporaryFolder();
        using var folder = new TemporaryStore();
        var specification = TinyRun.Create(inputs.Path);
        await File.AppendAllTextAsync(specification.Queries.Toxic!.Path!, "{ this is no JSON\n");
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, executors: null, real: true);
        var run = await cluster.Client.SubmitAsync(specification);
        var status = await run.WaitAsync().WaitAsync(Limit);
        Assert.Equal(RunState.Failed, status!.State);
        Assert.True(status.Failure!.UserFault, status.Failure.Detail);
        Assert.Equal(Stage.Prepare, status.Failure.Stage);
        Assert.Contains("toxic.jsonl", status.Failure.Message, StringComparison.Ordinal);
    }

    private static string Difference(IEnumerable<KeyValuePair<string, string>> from, IEnumerable<KeyValuePair<string, string>> to) => string.Join(", ", from.Except(to).Select(artifact => artifact.Key));
}
