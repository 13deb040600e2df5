namespace IfGuide.Grains.Scheduling;

/// <summary>Units that wait to be issued: those that may be now, by index, and those that must wait, by time.</summary>
internal sealed class UnitQueue
{
    private readonly PriorityQueue<ScheduledUnit, int> ready = new();
    private readonly PriorityQueue<ScheduledUnit, DateTimeOffset> delayed = new();

    public bool IsEmpty => ready.Count == 0 && delayed.Count == 0;

    /// <summary>When the next delayed unit may be issued; null: none waits.</summary>
    public DateTimeOffset? NextTime => delayed.TryPeek(out _, out var time) ? time : null;

    public void Add(ScheduledUnit unit) => ready.Enqueue(unit, unit.Index);

    public void Add(ScheduledUnit unit, DateTimeOffset notBefore) => delayed.Enqueue(unit, notBefore);

    /// <summary>The first unit that may be issued; it stays until it is taken.</summary>
    public ScheduledUnit? Peek(DateTimeOffset now)
    {
        while (delayed.TryPeek(out _, out var time) && time <= now)
        {
            Add(delayed.Dequeue());
        }

        return ready.TryPeek(out var unit, out _) ? unit : null;
    }

    public void Take() => ready.Dequeue();
}
