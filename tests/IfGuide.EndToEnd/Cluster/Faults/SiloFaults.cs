using System.Globalization;
using IfGuide.Abstractions;

namespace IfGuide.EndToEnd.Cluster.Faults;

/// <summary>kill -9 of the silo that computes the stage's unit.</summary>
internal sealed class KillCompute() : Fault("kill -9 a compute silo")
{
    public override Task StrikeAsync(FaultScene scene)
    {
        scene.Time = DateTimeOffset.UtcNow;
        scene.Cluster.Signal(scene.Silo, "KILL");
        return Task.CompletedTask;
    }

    public override Task<TimeSpan> RecoveredAsync(FaultScene scene) => scene.UntilTakenOverAsync([scene.Silo]);

    public override Task HealAsync(FaultScene scene) => scene.Cluster.StartAsync(scene.Silo);
}

/// <summary>kill -9 of the silo that coordinates the run.</summary>
internal sealed class KillCoordinator() : Fault("kill -9 the coordinator's silo")
{
    private string killed = string.Empty;

    public override Task StrikeAsync(FaultScene scene)
    {
        killed = scene.Logs.Coordinator;
        scene.Time = DateTimeOffset.UtcNow;
        scene.Cluster.Signal(killed, "KILL");
        return Task.CompletedTask;
    }

    public override Task<TimeSpan> RecoveredAsync(FaultScene scene) => scene.UntilEventAsync();

    public override Task HealAsync(FaultScene scene) => scene.Cluster.StartAsync(killed);
}

/// <summary>kill -9 of every silo at once; then they start again.</summary>
internal sealed class KillAll() : Fault("kill -9 all silos, restart")
{
    public override async Task StrikeAsync(FaultScene scene)
    {
        var silos = scene.Cluster.Silos.ToArray();
        scene.Time = DateTimeOffset.UtcNow;
        scene.Cluster.Signal(silos, "KILL");
        await Task.WhenAll(silos.Select(scene.Cluster.RestartAsync));
    }

    public override Task<TimeSpan> RecoveredAsync(FaultScene scene) => scene.UntilTakenOverAsync([.. scene.Cluster.Silos]);
}

/// <summary>A silo is frozen for a minute, declared dead meanwhile, and wakes up: a zombie. Another takes its place in the cluster.</summary>
internal sealed class Freeze(bool coordinator) : Fault(coordinator ? "freeze the coordinator's silo 60 s" : "freeze a compute silo 60 s")
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(45);
    private readonly List<Task> zombies = [];
    private string frozen = string.Empty;
    private int next = 3;

    public override Task StrikeAsync(FaultScene scene)
    {
        frozen = coordinator ? scene.Logs.Coordinator : scene.Silo;
        scene.Time = DateTimeOffset.UtcNow;
        scene.Cluster.Signal(frozen, "STOP");
        zombies.Add(WakeAsync(scene.Cluster, frozen, scene.Stage));
        return Task.CompletedTask;
    }

    public override Task<TimeSpan> RecoveredAsync(FaultScene scene) => coordinator ? scene.UntilEventAsync() : scene.UntilTakenOverAsync([frozen]);

    public override Task HealAsync(FaultScene scene) => scene.Cluster.StartAsync(string.Create(CultureInfo.InvariantCulture, $"{(coordinator ? "control" : "compute")}-{next++}"));

    public override Task EndAsync() => Task.WhenAll(zombies);

    private static async Task WakeAsync(LocalCluster cluster, string silo, Stage stage)
    {
        await Task.Delay(Frozen);
        cluster.Signal(silo, "CONT");
        if (!await cluster.EndsAsync(silo, Farewell))
        {
            throw new InvalidOperationException($"{silo}, frozen in {stage} and declared dead, still runs {Farewell.TotalSeconds:0} s after it woke up.");
        }
    }
}
