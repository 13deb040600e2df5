namespace IfGuide.Grains.Scheduling;

/// <summary>Queues that some may enter before others.</summary>
internal static class Overtaking
{
    /// <summary>Adds at the end; who overtakes goes before the first that does not, and keeps the order among those that do.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="item">Who comes.</param>
    /// <param name="overtakes">Who overtakes.</param>
    /// <param name="first">The first that may be overtaken; null: none may.</param>
    public static LinkedListNode<T> Enter<T>(this LinkedList<T> queue, T item, Func<T, bool> overtakes, LinkedListNode<T>? first)
    {
        var before = overtakes(item) ? first : null;
        while (before is not null && overtakes(before.Value))
        {
            before = before.Next;
        }

        return before is null ? queue.AddLast(item) : queue.AddBefore(before, item);
    }
}
