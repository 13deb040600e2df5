using IfGuide.Abstractions;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Cluster.Faults;

/// <summary>The client is killed; another looks at the run later.</summary>
internal sealed class ClientLeaves() : Fault("the client disconnects")
{
    public override Task StrikeAsync(FaultScene scene)
    {
        scene.Time = DateTimeOffset.UtcNow;
        scene.Client.Kill();
        scene.FirstClientSeesTheEnd = false;
        scene.OtherClients.Add(RunClient.Start(scene.Place, scene.Cluster, "watch", FaultRun.Name));
        return Task.CompletedTask;
    }

    public override Task<TimeSpan> RecoveredAsync(FaultScene scene) => scene.UntilEventAsync();
}

/// <summary>Two clients submit the same run at the same moment.</summary>
internal sealed class TwoClients() : Fault("two clients submit the run at once")
{
    private RunClient? second;

    public override Task PrepareAsync(Workplace place, LocalCluster cluster, Stage stage)
    {
        second = RunClient.Start(place, cluster, FaultRun.Command(stage));
        return Task.CompletedTask;
    }

    public override Task StrikeAsync(FaultScene scene)
    {
        scene.Time = DateTimeOffset.UtcNow;
        scene.OtherClients.Add(second!);
        return Task.CompletedTask;
    }

    public override Task<TimeSpan> RecoveredAsync(FaultScene scene) => scene.UntilEventAsync();
}
