using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Compute;
using IfGuide.Grains.Scheduling;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Coordination;

/// <summary>Brings a wave of units to its end: issues what the scheduler says, follows each attempt by short calls, issues again what is lost.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="calls">The calls to unit grains.</param>
/// <param name="ledger">The run's ledger, for events.</param>
/// <param name="silos">The compute silos, as the run knows them.</param>
/// <param name="toll">Counts the silos that died of a unit.</param>
/// <param name="patience">Tells of the store's outages.</param>
internal sealed class WaveRunner(RunServices services, UnitCalls calls, RunLedger ledger, SiloTable silos, DeathToll toll, StorePatience patience)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);
    private readonly HashSet<Task> following = [];
    private readonly Throttle reissues = new(5, TimeSpan.FromSeconds(10), services.Time);
    private TaskCompletionSource changed = NewSignal();
    private DateTimeOffset looked = DateTimeOffset.MinValue;
    private RunFailure? failure;
    private string? lastArtifact;
    private bool toldNoSilos;

    /// <summary>Runs the units; returns when all are done.</summary>
    /// <param name="units">Units that have no artifact yet.</param>
    /// <param name="tracker">Told how far they are.</param>
    /// <param name="keepUnits">Asked when the wave is cut short: whether units may go on, for a successor to join.</param>
    /// <param name="cancellationToken">Stops following them, and them.</param>
    /// <returns>The artifact of the unit that ended last; null when there was none.</returns>
    /// <exception cref="UnitFailedException">A unit failed.</exception>
    public async Task<string?> RunAsync(IReadOnlyList<UnitReference> units, StageTracker tracker, Func<bool> keepUnits, CancellationToken cancellationToken)
    {
        var scheduler = new UnitScheduler(units, services.Factory.NeedsDevice, silos, services.Scheduling, services.Time);
        using var attempts = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (units.Select(toll.Of).FirstOrDefault(deaths => deaths is not null && toll.IsTooMany(deaths)) is { } known)
        {
            throw new UnitFailedException(Condemn(known)); // an earlier coordinator counted the last of them
        }

        try
        {
            while (!scheduler.IsComplete)
            {
                cancellationToken.ThrowIfCancellationRequested();
                LookForSilos(attempts.Token);
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
            await Task.WhenAll((keepUnits() ? [] : abandoned.Select(calls.CancelAsync)).Concat(following.ToArray()));
            foreach (var attempt in abandoned)
            {
                scheduler.Lost(attempt, LossReason.StoreUnavailable); // frees its slot and blames nobody
            }
        }
    }

    /// <summary>Ends when something has ended, or after a while.</summary>
    private async Task WaitAsync(TimeSpan longest)
    {
        await changed.Task.WaitAsync(longest, services.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
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
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        following.Remove(task);
        changed.TrySetResult();
    }

    private async Task FollowAsync(UnitScheduler scheduler, UnitAttempt attempt, StageTracker tracker, CancellationToken cancellationToken)
    {
        try
        {
            while (attempt.IsOutstanding)
            {
                var status = await calls.EnsureAsync(attempt, cancellationToken);
                if (!attempt.IsOutstanding)
                {
                    return; // another attempt has done the unit meanwhile
                }

                if (status.State == UnitState.Failed)
                {
                    Take(scheduler, attempt, status.Failure!);
                    return;
                }

                scheduler.Answered(attempt, status.Silo is { } silo ? SiloAddress.FromParsableString(silo) : null, status.Progress, status.State == UnitState.Queued);
                if (status.State == UnitState.Done)
                {
                    lastArtifact = status.Artifact;
                    tracker.Complete(attempt.Unit, status.Detail);
                    var others = scheduler.Completed(attempt);
                    changed.TrySetResult();
                    await Task.WhenAll(others.Select(calls.CancelAsync));
                    return;
                }

                tracker.Update(attempt.Unit, status);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            Lose(scheduler, attempt, exception is TimeoutException ? LossReason.TimedOut : LossReason.Unavailable, exception.Message.Split('\n')[0]);
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
                patience.Tell(failed.Message);
                scheduler.Lost(attempt, LossReason.StoreUnavailable);
                break;
            default:
                failure ??= failed;
                break;
        }
    }

    private void Lose(UnitScheduler scheduler, UnitAttempt attempt, LossReason reason, string why)
    {
        if (!attempt.IsOutstanding)
        {
            return;
        }

        scheduler.Lost(attempt, reason);
        services.Logger.LogWarning("Run {Run}: unit {Stage}/{Unit} on {Silo} is lost ({Reason}) and will be issued again: {Why}", attempt.Unit.Run, attempt.Unit.Stage, attempt.Unit.Name, attempt.Silo, reason, why);
        if (reissues.TryTell(out var untold))
        {
            ledger.Tell(RunEventKind.UnitReissued, message: $"{attempt.Unit.Name} on {attempt.Silo}: {why}{(untold == 0 ? string.Empty : $" (and {untold} others before)")}");
        }
    }

    private void LookForSilos(CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        if (now - looked < BetweenLooks)
        {
            return;
        }

        looked = now;
        UpdateSilos(services.Silos.Current, now);
        if (silos.Silos.Count == 0 && !toldNoSilos)
        {
            ledger.Tell(RunEventKind.Warning, message: "Waiting for compute silos: the cluster has none.");
        }

        toldNoSilos = silos.Silos.Count == 0;
        foreach (var silo in silos.TakeProbes(now, services.Scheduling))
        {
            Follow(ProbeAsync(silo, cancellationToken));
        }

        if (silos.FindEviction(now, services.Scheduling) is { } stuck && services.Silos.TryEvict(stuck, services.Scheduling.BetweenEvictions))
        {
            ledger.Tell(RunEventKind.Warning, message: $"Silo {stuck} does not answer although others do; it is evicted.");
        }
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
        foreach (var attempt in scheduler.Outstanding.Where(attempt => attempt.IsComputed && !current.Contains(attempt.Silo)).ToArray())
        {
            silos.Suspect(attempt, now);
        }

        UpdateSilos(current, now);
    }

    /// <summary>A silo died while it computed a unit; too many in a row, and it is the unit that kills them.</summary>
    private void Count(UnitAttempt attempt)
    {
        var deaths = toll.Add(attempt.Unit, attempt.Progress, services.Silos.NameOf(attempt.Silo));
        ledger.Count(toll.Deaths);
        if (!toll.IsTooMany(deaths))
        {
            ledger.Tell(RunEventKind.Warning, message: $"Silo {deaths.Silos[^1]} died while it computed {deaths.Unit}{(deaths.Silos.Count == 1 ? string.Empty : $", as did {string.Join(", ", deaths.Silos.SkipLast(1))} before")}.");
            return;
        }

        failure ??= Condemn(deaths);
        changed.TrySetResult();
    }

    private static RunFailure Condemn(UnitDeaths deaths) => new()
    {
        Message = $"{deaths.Silos.Count} silos died one after the other while they computed unit {deaths.Unit} of {deaths.Stage}, and it got no further: {string.Join(", ", deaths.Silos)}. " +
            "It is not given to another. Their logs and the machine's (out of memory, a crash in native code) say more; with the cause removed, resume the run.",
        UserFault = false,
        Stage = deaths.Stage,
        Unit = deaths.Unit,
        Silo = deaths.Silos[^1],
    };

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
