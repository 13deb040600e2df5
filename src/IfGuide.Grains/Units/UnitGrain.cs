using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Compute;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Units;

/// <summary>Starts or joins a unit on this silo's device, and answers where it stands. Holds nothing that the store and the device do not.</summary>
/// <remarks>Calls interleave with the waiting of earlier ones; no call holds the activation for longer than it waits.</remarks>
/// <param name="device">The silo's device.</param>
/// <param name="store">The store.</param>
/// <param name="silo">This silo.</param>
public abstract class UnitGrain(ComputeDevice device, IArtifactStore store, ILocalSiloDetails silo) : Grain, IUnitGrain
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(5);
    private ComputeJob? job;

    /// <inheritdoc/>
    public async Task<UnitStatus> Ensure(UnitReference unit, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(unit);
        UnitCheck.Check(unit);
        DelayDeactivation(KeepAlive);
        var current = job;
        if (current is null || current.Unit != unit || current.IsCancelled)
        {
            try
            {
                if (unit.Artifact.Length > 0 && await store.FindAsync(unit.Artifact, cancellationToken) is not null)
                {
                    Forget();
                    return Done(unit.Artifact);
                }

                current = Join(unit);
            }
            catch (IOException exception)
            {
                return Failed(FailureReport.Of(exception, unit, silo.Name));
            }
            catch (OrleansException exception)
            {
                return HandedBack(unit, exception.Message);
            }
        }

        await WaitAsync(current, wait, cancellationToken);
        return Report(current);
    }

    /// <inheritdoc/>
    public Task Cancel()
    {
        Forget();
        return Task.CompletedTask;
    }

    private static async Task WaitAsync(ComputeJob current, TimeSpan wait, CancellationToken cancellationToken)
    {
        var bounded = TimeSpan.FromTicks(Math.Min(wait.Ticks, MaxWait.Ticks));
        await ((Task)current.Completion).WaitAsync(bounded, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private ComputeJob Join(UnitReference unit)
    {
        if (job is { } current && current.Unit == unit && !current.IsCancelled)
        {
            return current; // another call came first while this one asked the store
        }

        Leave();
        return job = device.Attach(unit, this.GetPrimaryKeyString(), CallHints.HasPriority);
    }

    private UnitStatus Report(ComputeJob current)
    {
        if (current.Completion.IsCanceled && !device.IsAccepting)
        {
            return HandedBack(current.Unit, "The silo stops.");
        }

        if (!current.Completion.IsCompleted || current.Completion.IsCanceled)
        {
            return Unfinished(current);
        }

        // Answered once, then forgotten: a resumed run or a new preparation starts afresh, and an idle activation pins no silo.
        if (ReferenceEquals(job, current))
        {
            Forget();
        }

        if (current.Completion.Exception?.InnerException is { } exception)
        {
            return Failed(FailureReport.Of(exception, current.Unit, silo.Name));
        }

        return Done(current.Completion.Result) with { Detail = current.Progress };
    }

    private UnitStatus Unfinished(ComputeJob current)
    {
        var progress = current.Progress;
        var share = 0.0;
        if (progress is { Total: > 0 })
        {
            share = Math.Clamp((double)progress.Done / progress.Total, 0, 1);
        }

        return Answer(current.IsStarted ? UnitState.Running : UnitState.Queued) with { Detail = progress, Progress = share };
    }

    private UnitStatus Done(string artifact) => Answer(UnitState.Done) with { Artifact = artifact, Progress = 1 };

    private UnitStatus Failed(RunFailure failure) => Answer(UnitState.Failed) with { Failure = failure };

    private UnitStatus Answer(UnitState state) => new() { State = state, Silo = silo.SiloAddress.ToParsableString() };

    private UnitStatus HandedBack(UnitReference unit, string why) => Failed(new RunFailure
    {
        Message = why,
        UserFault = false,
        Kind = FailureKind.HandedBack,
        Stage = unit.Stage,
        Unit = unit.Name,
        Silo = silo.Name,
    });

    private void Forget()
    {
        Leave();
        DeactivateOnIdle();
    }

    private void Leave()
    {
        if (job is { } current)
        {
            job = null;
            device.Release(current, this.GetPrimaryKeyString());
        }
    }
}
