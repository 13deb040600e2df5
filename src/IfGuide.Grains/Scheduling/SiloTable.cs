namespace IfGuide.Grains.Scheduling;

/// <summary>The two queues of a compute silo.</summary>
public enum Lane
{
    /// <summary>Units that need the device.</summary>
    Device,
    /// <summary>Units that do not.</summary>
    Processor,
}

/// <summary>What a coordinator knows of the compute silos: their load, and whether they answer.</summary>
public sealed class SiloTable
{
    private readonly Dictionary<SiloAddress, Entry> entries = [];
    private DateTimeOffset lastEviction = DateTimeOffset.MinValue;

    /// <summary>The compute silos that are known.</summary>
    public IReadOnlyCollection<SiloAddress> Silos => entries.Keys;

    /// <summary>Silos that timed out while others answered.</summary>
    public IReadOnlyList<SiloAddress> Suspects => [.. entries.Where(entry => entry.Value.SuspectSince is not null).Select(entry => entry.Key).Order()];

    /// <summary>Replaces the list of silos; what is known of those that stay is kept.</summary>
    /// <param name="active">The compute silos that are members of the cluster.</param>
    public void Update(IReadOnlyCollection<SiloAddress> active)
    {
        ArgumentNullException.ThrowIfNull(active);
        foreach (var gone in entries.Keys.Except(active).ToArray())
        {
            entries.Remove(gone);
        }

        foreach (var silo in active)
        {
            entries.TryAdd(silo, new Entry());
        }
    }

    /// <summary>A silo that should be evicted: long suspect while another is well. At most one in <see cref="SchedulingOptions.BetweenEvictions"/>.</summary>
    /// <param name="now">The time.</param>
    /// <param name="options">The policy's numbers.</param>
    public SiloAddress? TakeEviction(DateTimeOffset now, SchedulingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (now - lastEviction < options.BetweenEvictions || entries.Values.All(entry => entry.SuspectSince is not null))
        {
            return null;
        }

        foreach (var silo in Suspects)
        {
            if (now - entries[silo].SuspectSince >= options.SuspectToEvict)
            {
                lastEviction = now;
                return silo;
            }
        }

        return null;
    }

    internal SiloAddress? Choose(Lane lane, int slots, SiloAddress? preferred)
    {
        var trusted = entries.Values.Any(entry => entry.SuspectSince is null);
        var free = entries.Where(entry => entry.Value.Load(lane) < slots && (!trusted || entry.Value.SuspectSince is null)).ToArray();
        if (preferred is not null && free.Any(entry => entry.Key.Equals(preferred)))
        {
            return preferred;
        }

        return free.OrderBy(entry => entry.Value.Load(lane)).ThenBy(entry => entry.Key).Select(entry => entry.Key).FirstOrDefault();
    }

    internal SiloAddress? ChooseIdle(Lane lane, SiloAddress except) => entries
        .Where(entry => !entry.Key.Equals(except) && entry.Value.SuspectSince is null && entry.Value.Load(lane) == 0)
        .Select(entry => entry.Key).Order().FirstOrDefault();

    internal void Occupy(SiloAddress silo, Lane lane)
    {
        if (entries.TryGetValue(silo, out var entry))
        {
            entry.Outstanding[(int)lane]++;
        }
    }

    internal void Release(SiloAddress silo, Lane lane)
    {
        if (entries.TryGetValue(silo, out var entry) && entry.Load(lane) > 0)
        {
            entry.Outstanding[(int)lane]--;
        }
    }

    internal void Answered(SiloAddress silo, DateTimeOffset now)
    {
        if (entries.TryGetValue(silo, out var entry))
        {
            entry.Timeouts = 0;
            entry.FirstTimeout = null;
            entry.SuspectSince = null;
            entry.LastAnswer = now;
        }
    }

    /// <returns>Whether the silo is suspect now.</returns>
    internal bool TimedOut(SiloAddress silo, DateTimeOffset now, int timeoutsToSuspect)
    {
        if (!entries.TryGetValue(silo, out var entry))
        {
            return false;
        }

        entry.Timeouts++;
        entry.FirstTimeout ??= now;
        var othersAnswer = entries.Any(other => !other.Key.Equals(silo) && other.Value.LastAnswer >= entry.FirstTimeout);
        if (entry.Timeouts >= timeoutsToSuspect && othersAnswer)
        {
            entry.SuspectSince ??= now;
        }

        return entry.SuspectSince is not null;
    }

    private sealed class Entry
    {
        public int[] Outstanding { get; } = new int[2];

        public int Timeouts { get; set; }

        public DateTimeOffset? FirstTimeout { get; set; }

        public DateTimeOffset? SuspectSince { get; set; }

        public DateTimeOffset? LastAnswer { get; set; }

        public int Load(Lane lane) => Outstanding[(int)lane];
    }
}
