using System.Collections.Concurrent;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Grains.Messages;
using IfGuide.Grains.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Coordination;

/// <summary>Revives runs whose coordinator was lost: every few seconds, and at once when one was lost here, it asks each that should be running to go on. The reminder is the second net.</summary>
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
    private static readonly TimeSpan EnsureTimeout = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<RunId, bool> pending = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var lost = submitted.Lost;
        while (!stoppingToken.IsCancellationRequested)
        {
            await lost.WaitAsync(options.Supervision, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lost = submitted.Lost;
            if (!stoppingToken.IsCancellationRequested)
            {
                await ReviveAsync(stoppingToken);
            }
        }
    }

    private async Task ReviveAsync(CancellationToken cancellationToken)
    {
#pragma warning disable CA1031 // the edge: a supervisor that stops would stop its silo
        try
        {
            var isStore = scope == SupervisionScope.Store;
            foreach (var run in isStore ? await records.ListUnfinishedAsync(cancellationToken) : submitted.All)
            {
                // An unreachable coordinator holds up no other run.
                if (pending.TryAdd(run, true))
                {
                    _ = EnsureRunningAsync(run, cancellationToken);
                }
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(
                exception,
                "The list of unfinished runs cannot be read; the supervisor tries again in {Seconds} s.",
                options.Supervision.TotalSeconds);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task EnsureRunningAsync(RunId run, CancellationToken cancellationToken)
    {
        try
        {
            var call = grains.GetGrain<IRunGrain>(run.ToString()).EnsureRunning();
            call.Ignore();
            await call.WaitAsync(EnsureTimeout, time, cancellationToken);
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning("Run {Run} could not be revived: {Why}", run, exception.FirstLine());
            }
        }
#pragma warning restore CA1031
        finally
        {
            pending.TryRemove(run, out _);
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
