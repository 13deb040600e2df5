using IfGuide.Abstractions;
using IfGuide.Grains.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Coordination;

/// <summary>Revives runs whose coordinator was lost: every few seconds it nudges each that should be running. The reminder is the second net.</summary>
/// <param name="grains">The grain factory.</param>
/// <param name="records">The records of runs.</param>
/// <param name="submitted">The runs that this silo was asked to run.</param>
/// <param name="options">How often it looks.</param>
/// <param name="scope">Which runs it cares for.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed class RunSupervisor(
    IGrainFactory grains,
    RunRecords records,
    SubmittedRuns submitted,
    CoordinationOptions options,
    SupervisionScope scope,
    TimeProvider time,
    ILogger<RunSupervisor> logger) : BackgroundService
{
    private static readonly TimeSpan NudgeTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Supervision, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var runs = scope == SupervisionScope.Store ? await records.ListUnfinishedAsync(stoppingToken) : submitted.All;
                foreach (var run in runs)
                {
                    await NudgeAsync(run, stoppingToken);
                }
            }
            catch (IOException exception)
            {
                logger.LogWarning(exception, "The list of unfinished runs cannot be read; the supervisor tries again in {Seconds} s.", options.Supervision.TotalSeconds);
            }
        }
    }

    private async Task NudgeAsync(RunId run, CancellationToken cancellationToken)
    {
        try
        {
            await grains.GetGrain<IRunGrain>(run.ToString()).Nudge().WaitAsync(NudgeTimeout, time, cancellationToken);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or IOException)
        {
            logger.LogWarning(exception, "Run {Run} could not be nudged.", run);
        }
    }
}

/// <summary>Which runs a supervisor revives.</summary>
public enum SupervisionScope
{
    /// <summary>Every unfinished run of the store: a cluster.</summary>
    Store,
    /// <summary>The runs that this process was asked to run: an embedded silo, which must not start what another process left.</summary>
    Process,
}
