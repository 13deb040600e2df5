using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Compute;
using IfGuide.Grains.Scheduling;
using IfGuide.Grains.Units;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Placement;

namespace IfGuide.Grains.Coordination;

/// <summary>Brings a wave of units to its end: issues what the scheduler says, follows each attempt by short calls, issues again what is lost.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="grains">The grain factory.</param>
/// <param name="ledger">The run's ledger, for events.</param>
/// <param name="silos">The compute silos, as the run knows them.</param>
internal sealed class WaveRunner(RunServices services, IGrainFactory grains, RunLedger ledger, SiloTable silos)
{
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(5);
    private readonly HashSet<Task> following = [];
    private TaskCompletionSource changed = NewSignal();
    private RunFailure? failure;
    private bool toldNoSilos;

    /// <summary>Runs the units; returns when all are done.</summary>
    /// <param name="units">Units that have no artifact yet.</param>
    /// <param name="tracker">Told how far they are.</param>
    /// <param name="cancellationToken">Stops following them, and them.</param>
    /// <returns>The artifacts, by unit name.</returns>
    /// <exception cref="UnitFailedException">A unit failed.</exception>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(IReadOnlyList<UnitReference> units, StageTracker tracker, CancellationToken cancellationToken)
    {
        var artifacts = new Dictionary<string, string>();
        var scheduler = new UnitScheduler(units, services.Factory.NeedsDevice, silos, services.Scheduling, services.Time);
        using var attempts = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (!scheduler.IsComplete)
            {
                cancellationToken.ThrowIfCancellationRequested();
                LookForSilos();
                foreach (var attempt in scheduler.Next())
                {
                    Follow(FollowAsync(scheduler, attempt, tracker, artifacts, attempts.Token));
                }

                await Task.WhenAny(changed.Task, Task.Delay(scheduler.UntilNext, services.Time, cancellationToken));
                if (failure is not null)
                {
                    throw new UnitFailedException(failure);
                }
            }

            return artifacts;
        }
        finally
        {
            var abandoned = scheduler.Outstanding.ToArray();
            await attempts.CancelAsync();
            await Task.WhenAll(abandoned.Select(CancelAsync).Concat(following.ToArray()));
            foreach (var attempt in abandoned)
            {
                scheduler.Lost(attempt, LossReason.Unavailable);
            }
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
        Interlocked.Exchange(ref changed, NewSignal()).TrySetResult();
    }

    private async Task FollowAsync(UnitScheduler scheduler, UnitAttempt attempt, StageTracker tracker, Dictionary<string, string> artifacts, CancellationToken cancellationToken)
    {
        try
        {
            while (scheduler.Outstanding.Contains(attempt))
            {
                var status = await AskAsync(attempt, cancellationToken);
                scheduler.Answered(attempt, status.Silo is { } silo ? SiloAddress.FromParsableString(silo) : null);
                switch (status.State)
                {
                    case UnitState.Done:
                        artifacts.TryAdd(attempt.Unit.Name, status.Artifact!);
                        tracker.Complete(attempt.Unit, status.Detail);
                        await Task.WhenAll(scheduler.Completed(attempt).Select(CancelAsync));
                        return;
                    case UnitState.Failed:
                        failure ??= status.Failure;
                        return;
                    default:
                        tracker.Update(attempt.Unit, status);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            Lose(scheduler, attempt, exception);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            failure ??= FailureReport.Of(exception, attempt.Unit, attempt.Silo.ToString());
        }
    }

    private async Task<UnitStatus> AskAsync(UnitAttempt attempt, CancellationToken cancellationToken)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, attempt.Silo);
        try
        {
            var grain = grains.GetUnitGrain(attempt.Unit.Kind, attempt.GrainKey);
            return await grain.Ensure(attempt.Unit, services.Options.UnitWait, cancellationToken).WaitAsync(services.Options.CallTimeout, services.Time, cancellationToken);
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    private void Lose(UnitScheduler scheduler, UnitAttempt attempt, Exception exception)
    {
        if (!scheduler.Outstanding.Contains(attempt))
        {
            return; // another attempt has done the unit meanwhile
        }

        scheduler.Lost(attempt, exception is TimeoutException ? LossReason.TimedOut : LossReason.Unavailable);
        services.Logger.LogWarning(exception, "Run {Run}: unit {Stage}/{Unit} on {Silo} is lost and will be issued again.", attempt.Unit.Run, attempt.Unit.Stage, attempt.Unit.Name, attempt.Silo);
        ledger.Tell(RunEventKind.UnitReissued, message: $"{attempt.Unit.Name} on {attempt.Silo}: {exception.Message.Split('\n')[0]}");
    }

    private void LookForSilos()
    {
        silos.Update(services.Silos.Current);
        if (silos.Silos.Count == 0 && !toldNoSilos)
        {
            ledger.Tell(RunEventKind.Warning, message: "Waiting for compute silos: the cluster has none.");
        }

        toldNoSilos = silos.Silos.Count == 0;
        if (silos.TakeEviction(services.Time.GetUtcNow(), services.Scheduling) is { } stuck)
        {
            services.Logger.LogError("Silo {Silo} has not answered for a while although others do; the cluster is asked to evict it.", stuck);
            ledger.Tell(RunEventKind.Warning, message: $"Silo {stuck} does not answer although others do; it is evicted.");
            services.Membership.TryKill(stuck).Ignore();
        }
    }

    /// <remarks>Best effort: a unit that goes on regardless only creates an artifact that is right anyway.</remarks>
    private async Task CancelAsync(UnitAttempt attempt)
    {
        try
        {
            await grains.GetUnitGrain(attempt.Unit.Kind, attempt.GrainKey).Cancel().WaitAsync(CancelTimeout);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            services.Logger.LogDebug(exception, "Unit {Stage}/{Unit} could not be told to stop.", attempt.Unit.Stage, attempt.Unit.Name);
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
