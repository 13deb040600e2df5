using IfGuide.Abstractions;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>A unit whose computation ends its process, every time: here, by SIGKILL as soon as a silo begins it.</summary>
/// <remarks>A death is the coordinator's to attribute: of a silo that ends one unit and dies of the next before it has told the end, it blames the first. Hence more than three may have to die.</remarks>
public sealed class PoisonUnitTests
{
    private const int MaxDeaths = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task UnitThatKillsThreeSilosInARow_FailsTheRun_WhichNamesThem_AndResumes()
    {
        var expected = await FaultRun.UndisturbedDigestsAsync;
        using var place = FaultRun.Prepare();
        await using var cluster = await LocalCluster.StartAsync(new ClusterPlan { Control = 1 });
        var (unit, killed) = await PoisonAsync(place, cluster);

        var status = await Ifguide.RunProcessAsync(place.Folder, ["status", FaultRun.Name, .. cluster.Options], cluster.Variables);
        Assert.Contains("failed", status.Output, StringComparison.Ordinal);
        Assert.Contains($"unit {unit} of Covariance", status.Output, StringComparison.Ordinal);
        Assert.Contains("3 silos died one after the other", status.Output, StringComparison.Ordinal);
        Assert.Contains(killed[^1], status.Output, StringComparison.Ordinal);

        using (var resumed = RunClient.Start(place, cluster, "resume", FaultRun.Name))
        {
            Assert.Equal((0, string.Empty), await resumed.EndAsync(Patience));
        }

        using (var rest = RunClient.Start(place, cluster, FaultRun.Command(Stage.Report)))
        {
            Assert.Equal(0, (await rest.EndAsync(Patience)).ExitCode);
        }

        Assert.Equal(expected, await Results.DigestsAsync(place, FaultRun.Name, cluster));
        cluster.Succeeded();
    }

    /// <summary>Kills whoever begins the first unit of the covariance, until nobody is given it any more.</summary>
    /// <returns>The unit, and the silos in the order of their deaths.</returns>
    private static async Task<(string Unit, IReadOnlyList<string> Killed)> PoisonAsync(Workplace place, LocalCluster cluster)
    {
        var logs = new SiloLogs(cluster);
        var killed = new List<string>();
        var restarts = new List<Task>();
        string? unit = null;
        var read = 0;
        using var client = RunClient.Start(place, cluster, FaultRun.Command(Stage.Covariance));
        var end = client.EndAsync(Patience);
        for (; !end.IsCompleted; await Task.Delay(5, TestContext.Current.CancellationToken))
        {
            var told = logs.Read();
            foreach (var begun in told.Skip(read).Where(silo => silo.Kind == SiloEventKind.UnitBegan && silo.Stage == Stage.Covariance && (unit ?? silo.Unit) == silo.Unit))
            {
                cluster.Signal(begun.Silo, "KILL");
                unit ??= begun.Unit;
                killed.Add(begun.Silo);
                Assert.True(killed.Count <= MaxDeaths, $"{killed.Count} silos died of {unit}, and the run goes on.");
                restarts.Add(cluster.RestartAsync(begun.Silo));
            }

            read = told.Count;
        }

        var (exitCode, said) = await end;
        Assert.Equal(1, exitCode);
        Assert.Contains($"unit {unit} of Covariance", said, StringComparison.Ordinal);
        await Task.WhenAll(restarts);
        return (unit!, killed);
    }
}
