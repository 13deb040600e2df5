namespace IfGuide.Grains.Scheduling;

/// <summary>Queues in which some items go before others.</summary>
internal static class PriorityInsert
{
    /// <summary>Adds an item: at the end, or before the first item without priority when it has priority itself.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="item">The item.</param>
    /// <param name="hasPriority">Whether an item has priority.</param>
    /// <param name="first">The first item that others may go before; null: none.</param>
    public static LinkedListNode<T> Insert<T>(
        this LinkedList<T> queue, T item, Func<T, bool> hasPriority, LinkedListNode<T>? first)
    {
        var before = hasPriority(item) ? first : null;
        while (before is not null && hasPriority(before.Value))
        {
            before = before.Next;
        }

        return before is null ? queue.AddLast(item) : queue.AddBefore(before, item);
    }
}
