using IfGuide.Abstractions;
using IfGuide.Grains.Records;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace IfGuide.Grains.Coordination;

/// <summary>What a running run does each second besides computing: keeps its activation, looks for a request to cancel, records progress; now and then it writes the record.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="ledger">The run's ledger.</param>
/// <param name="current">The stage's progress; null between stages.</param>
/// <param name="keepAlive">Keeps the activation.</param>
/// <param name="stopping">Stops the run.</param>
internal sealed class RunHeartbeat(
    RunServices services, RunLedger ledger, Func<StageStatus?> current, Action keepAlive, CancellationTokenSource stopping)
{
    private readonly Throttle warnings = new(1, TimeSpan.FromMinutes(1), services.Time);
    private StageStatus? recorded;
    private long saved;

    /// <summary>True when another process asked to cancel the run.</summary>
    public bool CancelRequested { get; private set; }

    /// <summary>Beats until it is cancelled; never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(services.Options.Beat, services.Time);
        saved = services.Time.GetTimestamp();
        while (await TickAsync(timer, cancellationToken))
        {
            try
            {
                await BeatAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (InconsistentStateException exception)
            {
                services.Logger.LogWarning(
                    exception, "Run {Run} is coordinated elsewhere; this coordinator stops.", ledger.Record.Run);
                await stopping.CancelAsync();
            }
            catch (Exception exception) when (exception is OrleansException or IOException)
            {
                // What cannot be written now is written at a later beat, or fails the run at the next stage.
                if (warnings.TryAcquire(out var suppressed))
                {
                    services.Logger.LogWarning(
                        exception,
                        "Run {Run}: the record could not be read or written, nor {Suppressed} times before.",
                        ledger.Record.Run,
                        suppressed);
                }
            }
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        keepAlive();
        if (await services.Records.IsCancelRequestedAsync(ledger.Record.Run, cancellationToken))
        {
            CancelRequested = true;
            await stopping.CancelAsync();
            return;
        }

        var interval = RecordProgress() ? services.Options.Checkpoint : RunLease.Beat;
        if (services.Time.GetElapsedTime(saved) >= interval)
        {
            saved = services.Time.GetTimestamp();
            await ledger.SaveAsync();
        }
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <returns>Whether anything but the time has changed.</returns>
    private bool RecordProgress()
    {
        if (current() is not { } status || (recorded is not null && recorded with { Elapsed = status.Elapsed } == status))
        {
            return false;
        }

        ledger.RecordEvent(RunEventKind.StageProgress, recorded = status);
        return true;
    }
}
