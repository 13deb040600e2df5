using System.Diagnostics;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;

namespace IfGuide.Grains.Compute;

/// <summary>A unit on a silo's queue or thread. Grains that lose their activation find it again by the unit's key.</summary>
public sealed class ComputeJob : IProgress<UnitProgress>, IDisposable
{
    private readonly TaskCompletionSource<string> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource cancellation = new();
    private readonly HashSet<string> followers = [];
    private volatile UnitProgress? progress;
    private volatile bool started;
    private long began;

    internal ComputeJob(string key, UnitReference unit, bool hasPriority = false)
    {
        Key = key;
        Unit = unit;
        HasPriority = hasPriority;
    }

    /// <summary>What makes two requests the same work.</summary>
    public string Key { get; }

    /// <summary>The unit.</summary>
    public UnitReference Unit { get; }

    /// <summary>Ends with the artifact's name, with the unit's exception, or cancelled.</summary>
    public Task<string> Completion => completion.Task;

    /// <summary>Latest progress; null: none yet.</summary>
    public UnitProgress? Progress => progress;

    /// <summary>Whether the thread has begun it.</summary>
    public bool IsStarted => started;

    /// <summary>Time since the thread began it; zero before.</summary>
    public TimeSpan Busy => started ? Stopwatch.GetElapsedTime(began) : TimeSpan.Zero;

    /// <summary>Whether it was told to stop.</summary>
    public bool IsCancelled => cancellation.IsCancellationRequested;

    /// <summary>Whether it goes before the run's other waiting jobs.</summary>
    internal bool HasPriority { get; }

    internal CancellationToken CancellationToken => cancellation.Token;

    /// <summary>Called by the device when the job has ended.</summary>
    public void Dispose() => cancellation.Dispose();

    void IProgress<UnitProgress>.Report(UnitProgress value) => progress = value;

    internal void Begin()
    {
        began = Stopwatch.GetTimestamp();
        started = true;
    }

    internal void Complete(string artifact) => completion.TrySetResult(artifact);

    internal void Fail(Exception exception)
    {
        completion.TrySetException(exception);
        _ = completion.Task.Exception; // whoever polls sees it; nobody may be polling any more
    }

    internal void SetCancelled() => completion.TrySetCanceled(CancellationToken);

    internal void Follow(string follower) => followers.Add(follower);

    /// <returns>Whether nobody follows the job any more.</returns>
    internal bool Unfollow(string follower) => followers.Remove(follower) && followers.Count == 0;

    internal void Cancel() => cancellation.Cancel();
}
