using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Compute;
using IfGuide.Grains.Records;
using IfGuide.Grains.Scheduling;
using IfGuide.Pipeline.Planning;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace IfGuide.Grains.Coordination;

/// <summary>Brings a run to its end: the preparation, then each stage's waves in order. Runs beside the grain's calls on the activation's scheduler.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="grains">The grain factory.</param>
/// <param name="ledger">The run's ledger.</param>
/// <param name="keepAlive">Called at each beat so that the activation stays.</param>
internal sealed class RunPump(RunServices services, IGrainFactory grains, RunLedger ledger, Action keepAlive) : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly SiloTable silos = new();
    private readonly CrashCounter crashes = new(ledger.Record.Deaths ?? [], services.Scheduling);
    private readonly UnitCalls calls = new(services, grains);
    private readonly StoreRetry retry = new(services, message => ledger.RecordEvent(RunEventKind.Warning, message: message));
    private IReadOnlyList<StagePlan> planned = [];
    private StageTracker? tracker;
    private bool keepUnits;

    /// <summary>Ends when the run has ended or the pump was stopped.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>The stage's progress at this moment; null between stages.</summary>
    public StageStatus? Current => tracker?.Status();

    /// <summary>True when it was told to stop and did not end by itself.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Starts the pump; the caller's turn goes on.</summary>
    public void Start() => Completion = RunAsync();

    /// <summary>Stops the pump where it is; what was computed stays.</summary>
    /// <param name="keepUnits">Whether units in flight go on, for a successor to join them.</param>
    public async Task StopAsync(bool keepUnits = false)
    {
        this.keepUnits = keepUnits;
        IsStopped |= !Completion.IsCompleted;
        await stopping.CancelAsync();
        await Completion;
    }

    public void Dispose() => stopping.Dispose();

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(
            ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        RequestContext.Clear(); // what belongs to the call that started the run
        using var beating = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        var heartbeat = new RunHeartbeat(services, ledger, () => Current, keepAlive, stopping);
        var beat = heartbeat.RunAsync(beating.Token);
        RunState? ending = RunState.Failed;
        RunFailure? failure = null;
        try
        {
            await RunToEndAsync(stopping.Token);
            ending = RunState.Done;
        }
        catch (UnitFailedException exception)
        {
            failure = exception.Failure;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            ending = heartbeat.CancelRequested ? RunState.Cancelled : null;
        }
        catch (InconsistentStateException exception)
        {
            services.Logger.LogWarning(
                exception, "Run {Run} is coordinated elsewhere; this coordinator stops.", ledger.Record.Run);
            ending = null;
        }
#pragma warning disable CA1031 // the edge: whatever stops the run is what its status must say
        catch (Exception exception)
        {
            services.Logger.LogError(exception, "Run {Run} failed outside its units.", ledger.Record.Run);
            failure = FailureReport.Of(exception, unit: null, silo: null) with { Stage = tracker?.Stage };
        }
#pragma warning restore CA1031
        await beating.CancelAsync();
        await beat;
        End(ending, failure);
    }

    /// <summary>Runs the stages, and plans again when an artifact that they read must be computed again.</summary>
    private async Task RunToEndAsync(CancellationToken cancellationToken)
    {
        var repair = new ArtifactRepair(services, ledger, retry);
        while (true)
        {
            try
            {
                await RunStagesAsync(cancellationToken);
                return;
            }
            catch (Exception exception) when (ArtifactRepair.FailureOf(exception) is not null)
            {
                var failure = ArtifactRepair.FailureOf(exception)!;
                if (!await repair.TryAsync(failure, planned, cancellationToken))
                {
                    throw;
                }
            }
        }
    }

    private async Task RunStagesAsync(CancellationToken cancellationToken)
    {
        var record = ledger.Record;
        var specification = await retry.AskAsync(
            () => services.Planner.ReadAsync(record.Specification, cancellationToken), cancellationToken);
        if (record.Inputs is null)
        {
            await PrepareAsync(specification, record.Specification, cancellationToken);
        }

        planned = await PlanAsync(specification, record, cancellationToken);
        foreach (var stage in planned)
        {
            await RunStageAsync(stage, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<StagePlan>> PlanAsync(
        RunSpec specification, RunRecord record, CancellationToken cancellationToken)
    {
        var inputs = ledger.Record.Inputs!;
        var plan = await retry.AskAsync(
            () => services.Planner.PlanAsync(specification, record.Specification, inputs, cancellationToken), cancellationToken);
        foreach (var warning in plan.Warnings)
        {
            ledger.RecordEvent(RunEventKind.Warning, message: warning);
        }

        var stages = plan.Stages.Where(stage => record.Until is null || stage.Stage <= record.Until).ToArray();
        var preparation = ledger.Record.Stages.Where(stage => stage.Stage == Stage.Prepare);
        var begun = stages.Select(stage => new StageStatus { Stage = stage.Stage, Units = stage.Units.Count(), Done = 0 });
        ledger.Plan(preparation.Concat(begun));
        return stages;
    }

    private async Task PrepareAsync(RunSpec specification, string name, CancellationToken cancellationToken)
    {
        var unit = services.Planner.Preparation(specification, name);
        tracker = new StageTracker(Stage.Prepare, [unit], ledger.ElapsedIn(Stage.Prepare), services.Time);
        await BeginStageAsync(tracker, cancellationToken);
        ledger.Prepared((await RunWaveAsync([unit], tracker, cancellationToken))!);
        await EndStageAsync(tracker, cancellationToken);
    }

    private async Task RunStageAsync(StagePlan stage, CancellationToken cancellationToken)
    {
        tracker = new StageTracker(stage.Stage, stage.Units, ledger.ElapsedIn(stage.Stage), services.Time);
        await BeginStageAsync(tracker, cancellationToken);
        var wholes = await retry.AskAsync(() => FindWholesAsync(stage, cancellationToken), cancellationToken);
        foreach (var wave in stage.Waves)
        {
            UnitReference[] open = [.. wave.Where(unit => !IsOver(unit))];
            var present = await retry.AskAsync(() => FindPresentAsync(open, cancellationToken), cancellationToken);
            var units = wave.ToLookup(unit => IsOver(unit) || present.Contains(unit.Artifact));
            foreach (var unit in units[true])
            {
                tracker.Reuse(unit);
            }

            await RunWaveAsync([.. units[false]], tracker, cancellationToken);
        }

        await EndStageAsync(tracker, cancellationToken);

        bool IsOver(UnitReference unit) =>
            wholes.Count > 0 && ArtifactNames.WholeOf(unit.Artifact) is { } whole && wholes.Contains(whole);
    }

    private Task<string?> RunWaveAsync(UnitReference[] units, StageTracker stage, CancellationToken cancellationToken)
    {
        var runner = new WaveRunner(services, calls, ledger, silos, crashes, retry);
        return runner.RunAsync(units, stage, () => keepUnits, cancellationToken);
    }

    /// <summary>The whole results of a stage that exist already. Nobody needs the parts of such a result.</summary>
    private async Task<HashSet<string>> FindWholesAsync(StagePlan stage, CancellationToken cancellationToken)
    {
        var present = new HashSet<string>();
        var wholes = stage.Units.Select(unit => ArtifactNames.WholeOf(unit.Artifact)).OfType<string>();
        foreach (var whole in wholes.Distinct())
        {
            if (await services.Store.FindAsync(whole, cancellationToken) is not null)
            {
                present.Add(whole);
            }
        }

        return present;
    }

    /// <remarks>
    /// One listing a folder, not one look-up a unit: the number of calls to the store does not grow with the units. Off the activation's
    /// scheduler, since a listing may be long.
    /// </remarks>
    private Task<HashSet<string>> FindPresentAsync(UnitReference[] units, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            var present = new HashSet<string>();
            var folders = units.Select(unit => unit.Artifact[..(unit.Artifact.LastIndexOf('/') + 1)]);
            foreach (var folder in folders.Distinct())
            {
                await foreach (var artifact in services.Store.ListAsync(folder, cancellationToken))
                {
                    present.Add(artifact.Name);
                }
            }

            return present;
        },
        cancellationToken);

    private async Task BeginStageAsync(StageTracker stage, CancellationToken cancellationToken)
    {
        ledger.RecordEvent(RunEventKind.StageStarted, stage.Status());
        await retry.AskAsync(ledger.SaveAsync, cancellationToken);
    }

    private async Task EndStageAsync(StageTracker stage, CancellationToken cancellationToken)
    {
        tracker = null;
        ledger.RecordEvent(RunEventKind.StageDone, stage.Status());
        await retry.AskAsync(ledger.SaveAsync, cancellationToken);
    }

    /// <remarks>The grain writes it: it must stay until that is done.</remarks>
    private void End(RunState? ending, RunFailure? failure)
    {
        if (ending is not { } state)
        {
            return;
        }

        if (tracker is not null)
        {
            ledger.RecordEvent(RunEventKind.StageProgress, tracker.Status());
            tracker = null;
        }

        ledger.End(state, failure);
    }
}
