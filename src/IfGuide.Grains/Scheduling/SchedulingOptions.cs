using IfGuide.Client;

namespace IfGuide.Grains.Scheduling;

/// <summary>How units are handed out, issued again and copied.</summary>
public sealed record SchedulingOptions
{
    /// <summary>Units outstanding on a compute silo that need its device: one computed, one waiting, so that the device never idles between units.</summary>
    public int DeviceSlots { get; init; } = 2;

    /// <summary>Units outstanding on a compute silo that do not need its device.</summary>
    public int LaneSlots { get; init; } = 2;

    /// <summary>Most units outstanding on a compute silo; short units get more than two, so that calls do not hold them up.</summary>
    public int MaxSlots { get; init; } = 64;

    /// <summary>How much work waits on a silo when its units are short.</summary>
    public TimeSpan QueueTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Wait before a lost unit is issued again, by its losses in a row.</summary>
    public Backoff Backoff { get; init; } = new(TimeSpan.FromMilliseconds(100), 2, TimeSpan.FromSeconds(3));

    /// <summary>How long a silo that handed a unit back gets none.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a silo in doubt is asked whether it answers.</summary>
    public TimeSpan BetweenProbes { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a silo stays in doubt, never answering while another does, before the cluster is asked to evict it.</summary>
    public TimeSpan DoubtToEvict { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A unit that waits in a silo's queue is copied to an idle silo when it would end there earlier by this time.</summary>
    public TimeSpan GainOfWaiting { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A unit that is being computed is copied to an idle silo when it would end there earlier by this time, and by <see cref="GainShare"/> of a unit's time.</summary>
    public TimeSpan GainOfRunning { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>See <see cref="GainOfRunning"/>.</summary>
    public double GainShare { get; init; } = 0.25;

    /// <summary>Most attempts of one unit at a time.</summary>
    public int MaxCopies { get; init; } = 3;

    /// <summary>Silos that may die in a row while they compute a unit, and the unit gets no further, before it counts as what kills them.</summary>
    public int MaxDeaths { get; init; } = 3;

    /// <summary>A silo that is gone later than this after a unit on it was lost did not die of the unit.</summary>
    public TimeSpan DeathWindow { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A unit that gets further by this share before the next silo dies makes progress: what was counted is forgotten.</summary>
    public double DeathProgress { get; init; } = 0.01;
}
