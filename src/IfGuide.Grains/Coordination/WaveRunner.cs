using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Compute;
using IfGuide.Grains.Messages;
using IfGuide.Grains.Scheduling;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Coordination;

/// <summary>Brings a wave of units to its end: issues what the scheduler says, follows each attempt by short calls, issues again what is lost.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="calls">The calls to unit grains.</param>
/// <param name="ledger">The run's ledger, for events.</param>
/// <param name="silos">The compute silos, as the run knows them.</param>
/// <param name="crashes">Counts the silos that died of a unit.</param>
/// <param name="retry">Warns of the store's outages.</param>
internal sealed class WaveRunner(
    RunServices services, UnitCalls calls, RunLedger ledger, SiloTable silos, CrashCounter crashes, StoreRetry retry)
{
    /// <summary>Waits on the activation's scheduler for an end of any kind.</summary>
    private const ConfigureAwaitOptions Quietly =
        ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(200);
    private readonly HashSet<Task> following = [];
    private readonly Throttle reissues = new(5, TimeSpan.FromSeconds(10), services.Time);
    private TaskCompletionSource changed = NewSignal();
    private DateTimeOffset refreshed = DateTimeOffset.MinValue;
    private RunFailure? failure;
    private string? lastArtifact;
    private bool warnedNoSilos;

    /// <summary>Runs the units; returns when all are done.</summary>
    /// <param name="units">Units that have no artifact yet.</param>
    /// <param name="tracker">Adds up their progress.</param>
    /// <param name="keepUnits">Asked when the wave is cut short: whether units may go on, for a successor to join.</param>
    /// <param name="cancellationToken">Stops following them, and them.</param>
    /// <returns>The artifact of the unit that ended last; null when there was none.</returns>
    /// <exception cref="UnitFailedException">A unit failed.</exception>
    public async Task<string?> RunAsync(
        IReadOnlyList<UnitReference> units, StageTracker tracker, Func<bool> keepUnits, CancellationToken cancellationToken)
    {
        var scheduler = new UnitScheduler(units, services.Factory.NeedsDevice, silos, services.Scheduling, services.Time);
        using var attempts = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        RequireNoneQuarantined(units);

        try
        {
            while (!scheduler.IsComplete)
            {
                cancellationToken.ThrowIfCancellationRequested();
                RefreshSilos(attempts.Token);
                foreach (var attempt in scheduler.Next())
                {
                    Follow(FollowAsync(scheduler, attempt, tracker, attempts.Token));
                }

                await WaitAsync(scheduler.UntilNext);
                if (failure is not null)
                {
                    throw new UnitFailedException(failure);
                }
            }

            return lastArtifact;
        }
        finally
        {
            CountDeaths(scheduler);
            var abandoned = scheduler.Outstanding.ToArray();
            await attempts.CancelAsync();
            await AbandonAsync(scheduler, abandoned, keepUnits());
        }
    }

    /// <remarks>An earlier coordinator may have counted the last silo that died of a unit.</remarks>
    private void RequireNoneQuarantined(IReadOnlyList<UnitReference> units)
    {
        foreach (var deaths in units.Select(crashes.Of).OfType<UnitDeaths>())
        {
            if (crashes.IsTooMany(deaths))
            {
                throw new UnitFailedException(CreateQuarantine(deaths));
            }
        }
    }

    private async Task AbandonAsync(UnitScheduler scheduler, UnitAttempt[] abandoned, bool keepUnits)
    {
        var ending = following.ToList();
        if (!keepUnits)
        {
            ending.AddRange(abandoned.Select(calls.CancelAsync));
        }

        await Task.WhenAll(ending);
        foreach (var attempt in abandoned)
        {
            scheduler.Lost(attempt, LossReason.StoreUnavailable); // frees its slot and blames nobody
        }
    }

    /// <summary>Ends when something has ended, or after a while.</summary>
    private async Task WaitAsync(TimeSpan longest)
    {
        await changed.Task.WaitAsync(longest, services.Time).ConfigureAwait(Quietly);
        if (changed.Task.IsCompleted)
        {
            changed = NewSignal();
        }
    }

    private void Follow(Task task)
    {
        following.Add(task);
        _ = RemoveWhenDoneAsync(task);
    }

    private async Task RemoveWhenDoneAsync(Task task)
    {
        await task.ConfigureAwait(Quietly);
        following.Remove(task);
        changed.TrySetResult();
    }

    private async Task FollowAsync(
        UnitScheduler scheduler, UnitAttempt attempt, StageTracker tracker, CancellationToken cancellationToken)
    {
        try
        {
            var goesOn = true;
            while (goesOn && attempt.IsOutstanding)
            {
                var status = await calls.EnsureAsync(attempt, cancellationToken);
                goesOn = attempt.IsOutstanding; // else another attempt has done the unit meanwhile
                if (goesOn)
                {
                    await TakeAsync(scheduler, attempt, tracker, status);
                    goesOn = status.State is UnitState.Queued or UnitState.Running;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            var reason = exception is TimeoutException ? LossReason.TimedOut : LossReason.Unavailable;
            Lose(scheduler, attempt, reason, exception.FirstLine());
        }
#pragma warning disable CA1031 // whatever else a call throws is told as the unit's failure
        catch (Exception exception)
        {
            failure ??= FailureReport.Of(exception, attempt.Unit, attempt.Silo.ToString());
        }
#pragma warning restore CA1031
    }

    /// <summary>Decides what a unit's failure means: some only say where and when not to compute it.</summary>
    private void Take(UnitScheduler scheduler, UnitAttempt attempt, RunFailure failed)
    {
        switch (failed.Kind)
        {
            case FailureKind.HandedBack:
                Lose(scheduler, attempt, LossReason.HandedBack, failed.Message);
                break;
            case FailureKind.StoreUnavailable:
                retry.Warn(failed.Message);
                scheduler.Lost(attempt, LossReason.StoreUnavailable);
                break;
            default:
                failure ??= failed;
                break;
        }
    }

    private static bool IsLoss(Exception exception) =>
        exception is OrleansException or TimeoutException or OperationCanceledException or ObjectDisposedException;

    /// <summary>Takes a silo's answer about an attempt.</summary>
    private async Task TakeAsync(UnitScheduler scheduler, UnitAttempt attempt, StageTracker tracker, UnitStatus status)
    {
        if (status.State == UnitState.Failed)
        {
            Take(scheduler, attempt, status.Failure!);
            return;
        }

        var silo = status.Silo is null ? null : SiloAddress.FromParsableString(status.Silo);
        scheduler.Answered(attempt, silo, status.Progress, waits: status.State == UnitState.Queued);
        if (status.State != UnitState.Done)
        {
            tracker.Update(attempt.Unit, status);
            return;
        }

        lastArtifact = status.Artifact;
        tracker.Complete(attempt.Unit, status.Detail);
        var others = scheduler.Completed(attempt);
        changed.TrySetResult();
        await Task.WhenAll(others.Select(calls.CancelAsync));
    }

    private void Lose(UnitScheduler scheduler, UnitAttempt attempt, LossReason reason, string why)
    {
        if (!attempt.IsOutstanding)
        {
            return;
        }

        scheduler.Lost(attempt, reason);
        services.Logger.LogWarning(
            "Run {Run}: unit {Stage}/{Unit} on {Silo} is lost ({Reason}) and will be issued again: {Why}",
            attempt.Unit.Run,
            attempt.Unit.Stage,
            attempt.Unit.Name,
            attempt.Silo,
            reason,
            why);
        if (reissues.TryAcquire(out var suppressed))
        {
            var others = suppressed == 0 ? string.Empty : $" (and {suppressed} others before)";
            ledger.RecordEvent(RunEventKind.UnitReissued, message: $"{attempt.Unit.Name} on {attempt.Silo}: {why}{others}");
        }
    }

    private void RefreshSilos(CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        if (now - refreshed < RefreshInterval)
        {
            return;
        }

        refreshed = now;
        UpdateSilos(services.Silos.Current, now);
        WarnOfNoSilos();
        foreach (var silo in silos.TakeProbes(now, services.Scheduling))
        {
            Follow(ProbeAsync(silo, cancellationToken));
        }

        if (silos.FindEviction(now, services.Scheduling) is { } stuck && services.Silos.TryEvict(stuck))
        {
            ledger.RecordEvent(RunEventKind.Warning, message: $"Silo {stuck} does not answer although others do; it is evicted.");
        }
    }

    private void WarnOfNoSilos()
    {
        var none = silos.Silos.Count == 0;
        if (none && !warnedNoSilos)
        {
            ledger.RecordEvent(RunEventKind.Warning, message: "Waiting for compute silos: the cluster has none.");
        }

        warnedNoSilos = none;
    }

    private void UpdateSilos(IReadOnlyCollection<SiloAddress> current, DateTimeOffset now)
    {
        silos.Update(current, services.Silos.Leaving, now, services.Scheduling);
        foreach (var attempt in silos.TakeDeaths())
        {
            Count(attempt);
        }
    }

    /// <summary>A silo that dies often takes the coordinator's entry of the grain directory along, and with it this activation, before the calls to it have failed: the next coordinator is to know what it died of.</summary>
    private void CountDeaths(UnitScheduler scheduler)
    {
        var now = services.Time.GetUtcNow();
        var current = services.Silos.Current;
        var cut = scheduler.Outstanding.Where(attempt => attempt.IsComputed && !current.Contains(attempt.Silo));
        foreach (var attempt in cut.ToArray())
        {
            silos.Suspect(attempt, now);
        }

        UpdateSilos(current, now);
    }

    /// <summary>A silo died while it computed a unit; too many in a row, and it is the unit that kills them.</summary>
    private void Count(UnitAttempt attempt)
    {
        var deaths = crashes.Add(attempt.Unit, attempt.Progress, services.Silos.NameOf(attempt.Silo));
        ledger.Count(crashes.Deaths);
        if (!crashes.IsTooMany(deaths))
        {
            var others = string.Join(", ", deaths.Silos.SkipLast(1));
            var before = others.Length == 0 ? string.Empty : $", as did {others} before";
            var message = $"Silo {deaths.Silos[^1]} died while it computed {deaths.Unit}{before}.";
            ledger.RecordEvent(RunEventKind.Warning, message: message);
            return;
        }

        failure ??= CreateQuarantine(deaths);
        changed.TrySetResult();
    }

    /// <summary>The failure of a run whose unit no silo gets any more.</summary>
    private static RunFailure CreateQuarantine(UnitDeaths deaths)
    {
        var silos = string.Join(", ", deaths.Silos);
        var message = $"{deaths.Silos.Count} silos died one after the other "
            + $"while they computed unit {deaths.Unit} of {deaths.Stage}, and it got no further: {silos}. It is not given to another. Their logs and the machine's "
            + "(out of memory, a crash in native code) say more; with the cause removed, resume the run.";
        var failure = new RunFailure { Message = message, UserFault = false, Stage = deaths.Stage };
        return failure with { Unit = deaths.Unit, Silo = deaths.Silos[^1] };
    }

    private async Task ProbeAsync(SiloAddress silo, CancellationToken cancellationToken)
    {
        if (await calls.ProbeAsync(ledger.Record.Run, silo, cancellationToken))
        {
            silos.Answered(silo, services.Time.GetUtcNow());
        }
        else if (!cancellationToken.IsCancellationRequested)
        {
            silos.Failed(silo, services.Time.GetUtcNow(), TimeSpan.Zero);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A unit failed, and with it the run.</summary>
/// <param name="failure">Why.</param>
internal sealed class UnitFailedException(RunFailure failure) : Exception(failure.Message)
{
    public RunFailure Failure { get; } = failure;
}
