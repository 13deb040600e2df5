namespace IfGuide.EndToEnd.Cluster.Faults;

/// <summary>The coordinator's silo and the computing one cannot see each other; both see everybody else, Redis and the store.</summary>
internal sealed class PartialPartition() : Fault("network cut between coordinator and compute silo")
{
    public override ClusterPlan Plan { get; } = new() { Networked = true };

    public override Task StrikeAsync(FaultScene scene)
    {
        var coordinator = scene.Logs.Coordinator;
        scene.Time = DateTimeOffset.UtcNow;
        scene.Cluster.Network!.Cut(coordinator, scene.Silo);
        return Task.CompletedTask;
    }

    public override Task<TimeSpan> RecoveredAsync(FaultScene scene) => scene.UntilTakenOverAsync([scene.Silo]);

    public override Task HealAsync(FaultScene scene) => NetworkHealing.MendAsync(scene);
}

/// <summary>A compute silo is cut off from everything.</summary>
internal sealed class FullPartition() : Fault("network cut between a compute silo and all others")
{
    public override ClusterPlan Plan { get; } = new() { Networked = true };

    public override Task StrikeAsync(FaultScene scene)
    {
        scene.Time = DateTimeOffset.UtcNow;
        scene.Cluster.Network!.Cut(scene.Silo);
        return Task.CompletedTask;
    }

    public override Task<TimeSpan> RecoveredAsync(FaultScene scene) => scene.UntilTakenOverAsync([scene.Silo]);

    public override Task HealAsync(FaultScene scene) => NetworkHealing.MendAsync(scene);
}

/// <summary>Links come back; who was declared dead meanwhile leaves, and is started again.</summary>
internal static class NetworkHealing
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(20);

    public static async Task MendAsync(FaultScene scene)
    {
        scene.Cluster.Network!.Mend();
        if (!await scene.Cluster.EndsAsync(scene.Silo, Farewell))
        {
            return; // it was never evicted: the cut was shorter than the cluster's patience
        }

        await scene.Cluster.StartAsync(scene.Silo);
    }
}
