namespace IfGuide.Grains.Scheduling;

/// <summary>How units are handed out, re-issued and duplicated.</summary>
public sealed record SchedulingOptions
{
    /// <summary>Units outstanding on a compute silo that need its device: one computed, one waiting, so that the device never idles between units.</summary>
    public int DeviceSlots { get; init; } = 2;

    /// <summary>Units outstanding on a compute silo that do not need its device.</summary>
    public int LaneSlots { get; init; } = 2;

    /// <summary>First wait before a lost unit is issued again; doubled for each loss.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait before a lost unit is issued again.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Consecutive timeouts after which a silo is suspect, when others answer meanwhile.</summary>
    public int TimeoutsToSuspect { get; init; } = 2;

    /// <summary>How long a silo stays suspect, timing out and never answering, before the cluster is asked to evict it.</summary>
    public TimeSpan SuspectToEvict { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Shortest time between two evictions.</summary>
    public TimeSpan BetweenEvictions { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A unit is slow when it runs longer than this many times the median of those that ended.</summary>
    public double SlowFactor { get; init; } = 2;

    /// <summary>A unit is never slow before this time.</summary>
    public TimeSpan SlowAtLeast { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Units of the wave that must have ended before any is called slow.</summary>
    public int SlowSample { get; init; } = 3;
}
