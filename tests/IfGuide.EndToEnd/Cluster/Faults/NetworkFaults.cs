using System.Diagnostics;

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

/// <summary>Links come back; who was declared dead meanwhile leaves once it hears of it, and is started again.</summary>
internal static class NetworkHealing
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public static async Task MendAsync(FaultScene scene)
    {
        scene.Cluster.Network!.Mend();
        for (var started = Stopwatch.GetTimestamp(); scene.Cluster.IsRunning(scene.Silo); await Task.Delay(100))
        {
            if (await scene.Cluster.IsMemberAsync(scene.Silo))
            {
                return; // it was never evicted: the cut was shorter than the cluster's patience
            }

            if (Stopwatch.GetElapsedTime(started) > Longest)
            {
                throw new TimeoutException($"{scene.Silo} was declared dead, and has not ended {Longest.TotalSeconds:0} s after its network came back.");
            }
        }

        await scene.Cluster.StartAsync(scene.Silo);
    }
}
