using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules;
using IfGuide.Abstractions.Runs;
using IfGuide.Abstractions.Specification;
using IfGuide.Client;
using IfGuide.Grains.Records;
using Orleans.Placement;

namespace IfGuide.Grains.Coordination;

/// <summary>The coordinator of one run. While its pump runs, memory is the truth and the record follows; otherwise the record is read anew for each call, since another process may write it.</summary>
[GrainType("run"), Immovable]
public sealed partial class RunGrain : Grain, IRunGrain, IRemindable, IDisposable
{
    private const string ReminderName = "run";
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A call must be answered before its caller gives up.</summary>
    private static readonly TimeSpan CallRetryLimit = TimeSpan.FromSeconds(8);

    private static readonly Backoff TableBackoff = Backoff.Fixed(TimeSpan.FromSeconds(5));

    /// <summary>Each clean-up may wait for servers that are away, and every call that changes the run waits with it.</summary>
    private static readonly TimeSpan BetweenCleanups = TimeSpan.FromSeconds(30);

    private readonly RunServices services;
    private readonly RunLedger ledger;
    private readonly StoreRetry retry;
    private readonly CancellationTokenSource stopping = new();
    private RunPump? pump;
    private IDisposable? ownership;
    private DateTimeOffset nextCleanup = DateTimeOffset.MinValue;

    /// <summary>Creates the activation.</summary>
    /// <param name="state">The run's record.</param>
    /// <param name="services">The silo's services.</param>
    public RunGrain(
        [PersistentState(RunRecord.StateName, RecordGrainStorage.Name)] IPersistentState<RunRecord> state, RunServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        this.services = services;
        ledger = new RunLedger(state, services.Time);
        retry = new StoreRetry(services, _ => { }, CallRetryLimit);
    }

    private bool IsRunning => pump is { Completion.IsCompleted: false };

    private RunId Run => RunId.Parse(this.GetPrimaryKeyString());

    /// <inheritdoc/>
    public async Task<RunStatus> Submit(RunSpec specification, Stage? until = null)
    {
        ArgumentNullException.ThrowIfNull(specification);
        if (specification.Run != Run)
        {
            throw new UserErrorException(
                $"The specification is of run '{specification.Run}' but was submitted as '{Run}': submit it under its own id.");
        }

        if (specification.SchemaVersion <= RunSpec.NewestSchemaVersion) // the store refuses a newer one, and says why
        {
            specification.Validate();
            specification = specification.WithDefaults();
        }

        var name = await retry.AskAsync(() => StoreAsync(specification), stopping.Token);
        if (IsRunning && ledger.Record.Specification == name && ledger.Record.Until == until)
        {
            return Status(ledger.Record);
        }

        await StopPumpAsync();
        await TakeAsync();
        ledger.Begin(Run, name, until, services.Ownership);
        await StartAsync();
        return Status(ledger.Record);
    }

    /// <inheritdoc/>
    public async Task<RunStatus?> GetStatus() => await ReadAsync() is { } record ? Status(record) : null;

    /// <inheritdoc/>
    public async Task<RunSpec?> GetSpecification()
    {
        if (await ReadAsync() is not { } record)
        {
            return null;
        }

        return await services.Planner.ReadAsync(record.Specification);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunEvent>> GetEvents(long after, TimeSpan wait)
    {
        var started = services.Time.GetTimestamp();
        var bounded = TimeSpan.FromTicks(Math.Min(wait.Ticks, MaxWait.Ticks));
        while (true)
        {
            var record = await ReadAsync();
            var fresh = EventsOf(record).Where(known => known.Sequence > after).ToArray();
            var left = bounded - services.Time.GetElapsedTime(started);
            if (fresh.Length > 0 || left <= TimeSpan.Zero || record is null || Status(record).State != RunState.Running)
            {
                return fresh;
            }

            // Events of a run that another process coordinates arrive by its record.
            var isPolled = ownership is null && left > PollInterval;
            await ledger.Events.WaitAsync(isPolled ? PollInterval : left);
        }
    }

    /// <inheritdoc/>
    public async Task<RunStatus?> Cancel()
    {
        if (IsRunning)
        {
            await StopPumpAsync();
            return await EndCancelledAsync();
        }

        if (await ReadAsync() is not { State: RunState.Running })
        {
            return await GetStatus();
        }

        if (await TryTakeAsync())
        {
            return await EndCancelledAsync();
        }

        await services.Records.RequestCancelAsync(Run);
        for (var started = services.Time.GetTimestamp(); services.Time.GetElapsedTime(started) < MaxWait;)
        {
            await Task.Delay(PollInterval, services.Time);
            if (await ReadAsync() is not { State: RunState.Running })
            {
                break;
            }
        }

        return await GetStatus();
    }

    /// <inheritdoc/>
    public async Task<RunStatus?> Resume()
    {
        if (IsRunning || await ReadAsync() is not { State: not RunState.Done })
        {
            return await GetStatus();
        }

        await TakeAsync();
        ledger.Resume(services.Ownership);
        await StartAsync();
        return Status(ledger.Record);
    }

    /// <inheritdoc/>
    public async Task EnsureRunning()
    {
        if (IsRunning || await ReadAsync() is not { } record)
        {
            return;
        }

        if (record.State != RunState.Running)
        {
            var now = services.Time.GetUtcNow();
            if (ownership is null && now >= nextCleanup)
            {
                nextCleanup = now + BetweenCleanups;
                await EndedAsync(); // something of it was out of reach when it ended
            }

            return;
        }

        // A run that another cluster or process left is resumed by whoever wants it, not by itself.
        if (record.Cluster != services.Ownership.Cluster || !await TryTakeAsync())
        {
            return;
        }

        if (ledger.Record.State == RunState.Running)
        {
            await StartAsync();
        }
        else
        {
            Release(); // it ended between the reading and the taking
        }
    }

    /// <inheritdoc/>
    public async Task<bool> Delete()
    {
        if (await ReadAsync() is null)
        {
            return false;
        }

        await StopPumpAsync();
        await TakeAsync();
        try
        {
            await RunDeletion.DeleteArtifactsAsync(services, ledger.Record);
            await ledger.ClearAsync();
            await EndedAsync();
        }
        finally
        {
            Release();
        }

        DeactivateOnIdle();
        return true;
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => EnsureRunning();

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        if (pump is not null)
        {
            await pump.StopAsync(keepUnits: true);
        }

        await WriteDeathsAsync();
        await GiveBackAsync();
        Release();
        if (ledger.Record.State == RunState.Running && services.Submitted.All.Contains(Run))
        {
            services.Submitted.SignalLost();
        }
    }

    /// <summary>Gives the run back.</summary>
    public void Dispose()
    {
        stopping.Dispose();
        pump?.Dispose();
        ownership?.Dispose();
    }

    private IReadOnlyList<RunEvent> EventsOf(RunRecord? record)
    {
        if (ownership is not null)
        {
            return ledger.Events.Events;
        }

        return record?.Events ?? [];
    }

    private RunStatus Status(RunRecord record)
    {
        var interrupted = ownership is null && services.Ownership.IsInterrupted(record, services.Time.GetUtcNow());
        var status = record.ToStatus(interrupted);
        if (!IsRunning || pump?.Current is not { } current)
        {
            return status;
        }

        var stages = status.Stages.ToArray();
        var index = Array.FindIndex(stages, stage => stage.Stage == current.Stage);
        if (index >= 0)
        {
            stages[index] = current;
        }

        return status with { Stages = stages };
    }

    /// <remarks>Never changes the ledger: it interleaves with calls that do.</remarks>
    private async Task<RunRecord?> ReadAsync()
    {
        if (ownership is null)
        {
            return await services.Records.ReadAsync(Run);
        }

        return ledger.Exists ? ledger.Record : null;
    }

    private async Task<bool> TryTakeAsync()
    {
        ownership ??= await services.Ownership.TryTakeAsync(Run);
        if (ownership is null)
        {
            return false;
        }

        await ledger.ReadAsync();
        if (!IsRunning && services.Ownership.IsElsewhere(ledger.Record, services.Time.GetUtcNow()))
        {
            Release();
            return false;
        }

        return true;
    }

    private async Task TakeAsync()
    {
        if (!await TryTakeAsync())
        {
            await ledger.ReadAsync();
            var message = $"Run '{Run}' is being run by {ledger.Record.Owner}: "
                + $"follow it with 'ifguide watch {Run}', or stop it with 'ifguide cancel {Run}' first.";
            if (services.Ownership.Cluster != ledger.Record.Cluster)
            {
                message += $" If nobody runs it any more, try again in {RunLease.MaxSilence.TotalSeconds:0} s.";
            }

            throw new UserErrorException(message);
        }
    }
}
