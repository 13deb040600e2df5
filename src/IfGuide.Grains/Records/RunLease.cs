using IfGuide.Abstractions;

namespace IfGuide.Grains.Records;

/// <summary>Who else has a run. Clusters and processes over one store do not see each other: the record, which whoever runs a run writes every few seconds, tells them of each other.</summary>
public static class RunLease
{
    /// <summary>How often a run's record is written while it runs, whether or not there is progress.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>How long a record may stand unchanged before whoever runs the run counts as gone. Clocks of machines over one store may differ by a few seconds, not by more.</summary>
    public static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(20);

    /// <summary>Whether another cluster or process runs the run at this moment.</summary>
    /// <param name="ownership">Who asks.</param>
    /// <param name="record">The run's record.</param>
    /// <param name="now">The time.</param>
    public static bool IsElsewhere(this IRunOwnership ownership, RunRecord record, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ownership);
        ArgumentNullException.ThrowIfNull(record);
        return record.State == RunState.Running && record.Cluster != ownership.Cluster && now - record.Beat < MaxSilence;
    }

    /// <summary>Whether nobody runs a run although its record says running.</summary>
    /// <param name="ownership">Who asks.</param>
    /// <param name="record">The run's record.</param>
    /// <param name="now">The time.</param>
    public static bool IsInterrupted(this IRunOwnership ownership, RunRecord record, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ownership);
        ArgumentNullException.ThrowIfNull(record);
        if (record.Cluster == ownership.Cluster)
        {
            return !ownership.IsTaken(record.Run);
        }

        return !ownership.IsElsewhere(record, now);
    }
}
