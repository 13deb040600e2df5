using IfGuide.Abstractions;
using IfGuide.EndToEnd.Cluster.Faults;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>How the run got over a fault in a stage.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Fault">What struck.</param>
/// <param name="Recovered">From the fault to resumed progress.</param>
/// <param name="Hit">Whether a unit of the stage was being computed when it struck.</param>
internal sealed record FaultCell(Stage Stage, string Fault, TimeSpan Recovered, bool Hit);

/// <summary>One run on one cluster, with a fault in each of its stages; at the end, its bytes.</summary>
internal static class FaultColumn
{
    /// <summary>Brings the run to its end, striking a fault in each stage named.</summary>
    /// <param name="strikes">Stages in order, with what strikes there.</param>
    /// <param name="told">Told each cell as it is known.</param>
    /// <exception cref="Exception">The run did not get over a fault, or its bytes differ from the undisturbed run's.</exception>
    public static async Task<IReadOnlyList<FaultCell>> RunAsync(IReadOnlyList<(Stage Stage, Fault Fault)> strikes, Action<FaultCell> told)
    {
        var expected = await FaultRun.UndisturbedDigestsAsync;
        using var place = FaultRun.Prepare();
        var plan = strikes.Aggregate(new ClusterPlan(), (sum, strike) => strike.Fault.Plan with { Store = strike.Fault.Plan.Store ?? sum.Store, Networked = strike.Fault.Plan.Networked || sum.Networked });
        await using var cluster = await LocalCluster.StartAsync(plan);
        var cells = new List<FaultCell>();
        foreach (var (stage, fault) in strikes)
        {
            var cell = await StrikeAsync(place, cluster, stage, fault);
            cells.Add(cell);
            told(cell);
        }

        using (var last = RunClient.Start(place, cluster, FaultRun.Command(Stage.Report)))
        {
            await last.SucceedAsync(FaultScene.Patience, "the whole run");
        }

        foreach (var fault in strikes.Select(strike => strike.Fault).Distinct())
        {
            await fault.EndAsync();
        }

        Compare(expected, await Results.DigestsAsync(place, FaultRun.Name, cluster));
        cluster.Succeeded();
        return cells;
    }

    private static async Task<FaultCell> StrikeAsync(Workplace place, LocalCluster cluster, Stage stage, Fault fault)
    {
        var logs = new SiloLogs(cluster);
        var from = DateTimeOffset.UtcNow;
        await fault.PrepareAsync(place, cluster, stage);
        using var client = RunClient.Start(place, cluster, FaultRun.Command(stage));
        var begun = await logs.WaitAsync($"that a unit of {stage} begins", events => events.FirstOrDefault(told => told.Kind == SiloEventKind.UnitBegan && told.Stage == stage && told.Time >= from), FaultScene.Patience);
        var scene = new FaultScene(place, cluster, logs, client, stage, begun.Silo);
        try
        {
            await fault.StrikeAsync(scene);
            var struck = scene.Time;
            var recovered = await fault.RecoveredAsync(scene);
            var hit = logs.UnitsAt(struck).Any(unit => unit.Stage == stage);
            if (scene.FirstClientSeesTheEnd)
            {
                await client.SucceedAsync(FaultScene.Patience, $"{fault.Name} in {stage}");
            }

            foreach (var other in scene.OtherClients)
            {
                await other.SucceedAsync(FaultScene.Patience, $"{fault.Name} in {stage}, another client");
            }

            await fault.HealAsync(scene);
            return new FaultCell(stage, fault.Name, recovered, hit);
        }
        finally
        {
            scene.OtherClients.ForEach(other => other.Dispose());
        }
    }

    private static void Compare(IReadOnlyDictionary<string, string> expected, IReadOnlyDictionary<string, string> found)
    {
        var differing = expected.Keys.Union(found.Keys).Where(file => expected.GetValueOrDefault(file) != found.GetValueOrDefault(file)).ToArray();
        if (differing.Length > 0)
        {
            throw new InvalidOperationException($"Bytes differ from the undisturbed run's: {string.Join(", ", differing)}");
        }
    }
}
