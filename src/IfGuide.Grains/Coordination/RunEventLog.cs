using IfGuide.Abstractions;
using IfGuide.Grains.Messages;

namespace IfGuide.Grains.Coordination;

/// <summary>The recent events of a run, numbered without end but kept bounded: of a stage's progress only the latest is kept.</summary>
/// <param name="time">The clock.</param>
internal sealed class RunEventLog(TimeProvider time)
{
    private const int Capacity = 128;
    private const int MaxMessage = 1024; // all events together fit into one answer
    private readonly List<RunEvent> events = [];
    private TaskCompletionSource signal = New();
    private long last;

    public IReadOnlyList<RunEvent> Events => events.ToArray();

    public long LastSequence => last;

    /// <summary>Replaces everything, e.g. by what a record holds.</summary>
    public void Load(IEnumerable<RunEvent> recent, long lastSequence)
    {
        events.Clear();
        events.AddRange(recent);
        last = lastSequence;
    }

    /// <summary>Forgets the events but not their numbers: a new submission begins a new story.</summary>
    public void Clear() => events.Clear();

    public void Add(RunEventKind kind, StageStatus? stage = null, string? message = null, RunFailure? failure = null)
    {
        if (kind is RunEventKind.StageProgress or RunEventKind.StageDone)
        {
            events.RemoveAll(known => known.Kind == RunEventKind.StageProgress && known.Stage?.Stage == stage?.Stage);
        }

        if (events.Count == Capacity)
        {
            events.RemoveAt(0);
        }

        var shortened = message?.Shorten(MaxMessage, " …");
        var added = new RunEvent { Sequence = ++last, Time = time.GetUtcNow(), Kind = kind, Stage = stage, Message = shortened };
        events.Add(added with { Failure = failure });
        Interlocked.Exchange(ref signal, New()).TrySetResult();
    }

    /// <summary>Ends at the next event, or after a while.</summary>
    public async Task WaitAsync(TimeSpan wait)
    {
        var next = signal.Task;
        await Task.WhenAny(next, Task.Delay(wait, time));
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
