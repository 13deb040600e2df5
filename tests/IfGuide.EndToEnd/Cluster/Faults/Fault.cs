using IfGuide.Abstractions;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Cluster.Faults;

/// <summary>Where a fault strikes: a silo has just begun a unit of the stage.</summary>
/// <param name="Place">The run file's folder.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Logs">Its silos' logs.</param>
/// <param name="Client">Who follows the run.</param>
/// <param name="Stage">The stage.</param>
/// <param name="Silo">The compute silo that began the unit.</param>
internal sealed record FaultScene(Workplace Place, LocalCluster Cluster, SiloLogs Logs, RunClient Client, Stage Stage, string Silo)
{
    /// <summary>The longest wait for anything that a cluster should do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    /// <summary>When the fault struck.</summary>
    public DateTimeOffset Time { get; set; }

    /// <summary>Clients that follow the run in place of, or beside, the first.</summary>
    public List<RunClient> OtherClients { get; } = [];

    /// <summary>Whether the first client is to see the run's stage end well.</summary>
    public bool FirstClientSeesTheEnd { get; set; } = true;

    private IEnumerable<RunClient> Clients => OtherClients.Prepend(Client);

    /// <summary>Waits until the units that a silo was computing at the fault are computed by another, and the run tells of progress.</summary>
    /// <returns>The time since the fault.</returns>
    public async Task<TimeSpan> UntilTakenOverAsync(IReadOnlyList<string> silos)
    {
        var lost = silos.SelectMany(silo => Logs.UnitsOn(silo, Time)).Where(unit => unit.Stage == Stage).ToArray();
        var latest = Time;
        foreach (var unit in lost)
        {
            bool Again(SiloEvent told) => told.Time > Time && told.Stage == unit.Stage && told.Unit == unit.Unit && (told.Kind == SiloEventKind.UnitBegan || told.Succeeded);
            var again = await Logs.WaitAsync($"that {unit.Stage}/{unit.Unit} of {unit.Silo} is computed again", told => told.FirstOrDefault(Again), Patience);
            latest = again.Time > latest ? again.Time : latest;
        }

        var told = await UntilEventAsync();
        return latest - Time > told ? latest - Time : told;
    }

    /// <summary>Waits until the run's coordinator tells of progress.</summary>
    /// <returns>The time since the fault.</returns>
    public async Task<TimeSpan> UntilEventAsync()
    {
        static bool IsProgress(RunEventKind kind) => kind is RunEventKind.StageProgress or RunEventKind.StageDone or RunEventKind.Done or RunEventKind.StageStarted;
        for (var until = DateTimeOffset.UtcNow + Patience; DateTimeOffset.UtcNow < until; await Task.Delay(20))
        {
            var ended = Clients.All(client => client.HasEnded);
            if (Clients.SelectMany(client => client.Events).Where(told => told.Time > Time && IsProgress(told.Kind)).MinBy(told => told.Time) is { } first)
            {
                return first.Time - Time;
            }

            if (ended)
            {
                var ends = await Task.WhenAll(Clients.Select(client => client.EndAsync(Patience)));
                throw new InvalidOperationException($"Every client ended before it saw progress: {string.Join("; ", ends.Select(end => $"exit code {end.ExitCode}, {end.Error}"))}");
            }
        }

        throw new TimeoutException($"No progress within {Patience.TotalSeconds:0} s after the fault.");
    }

    /// <summary>Waits until a unit or the stage ends, which takes the store.</summary>
    /// <returns>The time since the fault.</returns>
    public async Task<TimeSpan> UntilUnitEndsAsync()
    {
        var ended = await Logs.WaitAsync("that a unit has ended", told => told.Where(unit => unit.Time > Time && unit.Succeeded).MinBy(unit => unit.Time), Patience);
        return ended.Time - Time;
    }
}

/// <summary>Something that goes wrong in a cluster while it works.</summary>
/// <param name="name">What people call it.</param>
internal abstract class Fault(string name)
{
    public string Name { get; } = name;

    /// <summary>The cluster that it needs.</summary>
    public virtual ClusterPlan Plan { get; } = new();

    /// <summary>Called before the stage's client starts.</summary>
    public virtual Task PrepareAsync(Workplace place, LocalCluster cluster, Stage stage) => Task.CompletedTask;

    /// <summary>Breaks something; sets the scene's time to the moment.</summary>
    public abstract Task StrikeAsync(FaultScene scene);

    /// <summary>Waits until the run goes on.</summary>
    /// <returns>How long after the fault that was.</returns>
    public abstract Task<TimeSpan> RecoveredAsync(FaultScene scene);

    /// <summary>Makes the cluster whole again for what comes next; the stage has ended.</summary>
    public virtual Task HealAsync(FaultScene scene) => Task.CompletedTask;

    /// <summary>Waits for what outlives its stage, and checks it; the run has ended.</summary>
    public virtual Task EndAsync() => Task.CompletedTask;
}
