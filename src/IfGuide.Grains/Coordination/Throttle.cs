namespace IfGuide.Grains.Coordination;

/// <summary>Lets a few events through in a while and counts the others, so that equal events do not push the rest of a run's story out of its record.</summary>
/// <param name="max">How many in a period.</param>
/// <param name="period">The period.</param>
/// <param name="time">The clock.</param>
internal sealed class Throttle(int max, TimeSpan period, TimeProvider time)
{
    private DateTimeOffset begun = DateTimeOffset.MinValue;
    private int acquired;
    private int rejected;

    /// <summary>Whether an event may pass.</summary>
    /// <param name="suppressed">How many did not since the last that did.</param>
    public bool TryAcquire(out int suppressed)
    {
        var now = time.GetUtcNow();
        if (now - begun >= period)
        {
            begun = now;
            acquired = 0;
        }

        suppressed = rejected;
        if (acquired == max)
        {
            rejected++;
            return false;
        }

        acquired++;
        rejected = 0;
        return true;
    }
}
