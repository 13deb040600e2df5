namespace IfGuide.Grains.Coordination;

/// <summary>Lets a few through in a while and counts the others, so that a thousand equal events do not push the rest of a run's story out of its record.</summary>
/// <param name="most">How many in a period.</param>
/// <param name="period">The period.</param>
/// <param name="time">The clock.</param>
internal sealed class Throttle(int most, TimeSpan period, TimeProvider time)
{
    private DateTimeOffset begun = DateTimeOffset.MinValue;
    private int told;
    private int kept;

    /// <summary>Whether the event should be told.</summary>
    /// <param name="untold">How many were kept back since the last that was told.</param>
    public bool TryTell(out int untold)
    {
        var now = time.GetUtcNow();
        if (now - begun >= period)
        {
            begun = now;
            told = 0;
        }

        untold = kept;
        if (told == most)
        {
            kept++;
            return false;
        }

        told++;
        kept = 0;
        return true;
    }
}
