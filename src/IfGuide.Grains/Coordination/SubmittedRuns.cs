using System.Collections.Concurrent;
using IfGuide.Abstractions;

namespace IfGuide.Grains.Coordination;

/// <summary>The unfinished runs that this silo was asked to run: an embedded process revives these and no others.</summary>
public sealed class SubmittedRuns
{
    private readonly ConcurrentDictionary<RunId, bool> runs = new();
    private TaskCompletionSource lost = New();

    /// <summary>The runs, in no order.</summary>
    public IReadOnlyCollection<RunId> All => [.. runs.Keys];

    /// <summary>Adds a run.</summary>
    /// <param name="run">The run.</param>
    public void Add(RunId run) => runs[run] = true;

    /// <summary>Removes a run that ended.</summary>
    /// <param name="run">The run.</param>
    public void Remove(RunId run) => runs.TryRemove(run, out _);

    /// <summary>Ends when this silo has lost the coordinator of a run, which somebody should revive.</summary>
    public Task Lost => lost.Task;

    /// <summary>Signals that a coordinator was lost here although its run has not ended.</summary>
    public void SignalLost() => Interlocked.Exchange(ref lost, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
