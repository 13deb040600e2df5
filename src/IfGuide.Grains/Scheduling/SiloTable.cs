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
/// <remarks>A silo that does not answer is in doubt until it does: it gets no unit while another silo is trusted, and is probed meanwhile.</remarks>
public sealed class SiloTable
{
    private readonly Dictionary<SiloAddress, Entry> entries = [];
    private readonly HashSet<SiloAddress> leavingSilos = [];
    private readonly HashSet<(SiloAddress, Lane)> counted = [];
    private readonly List<UnitAttempt> deaths = [];

    /// <summary>The compute silos that are known.</summary>
    public IReadOnlyCollection<SiloAddress> Silos => entries.Keys;

    /// <summary>Silos that have not answered since a call to them failed.</summary>
    public IReadOnlyList<SiloAddress> Doubtful =>
        [.. entries.Where(entry => entry.Value.DoubtSince is not null).Select(entry => entry.Key).Order()];

    /// <summary>Replaces the list of silos; what is known of those that stay is kept.</summary>
    /// <param name="active">The compute silos that are members of the cluster.</param>
    /// <param name="leaving">Silos that leave it in order.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">The policy's numbers.</param>
    public void Update(
        IReadOnlyCollection<SiloAddress> active,
        IReadOnlyCollection<SiloAddress> leaving,
        DateTimeOffset now,
        SchedulingOptions options)
    {
        ArgumentNullException.ThrowIfNull(active);
        ArgumentNullException.ThrowIfNull(options);
        leavingSilos.UnionWith(leaving);
        foreach (var removed in entries.Keys.Except(active).ToArray())
        {
            foreach (var (lane, suspect) in entries[removed].Suspects)
            {
                if (now - suspect.Since <= options.DeathWindow)
                {
                    CountDeath(suspect.Attempt, lane);
                }
            }

            entries.Remove(removed);
        }

        foreach (var silo in active)
        {
            entries.TryAdd(silo, new Entry());
        }
    }

    /// <summary>What silos were computing when they died, since the last time this was asked.</summary>
    public IReadOnlyList<UnitAttempt> TakeDeaths()
    {
        var taken = deaths.ToArray();
        deaths.Clear();
        return taken;
    }

    /// <summary>Silos in doubt that should be asked now whether they answer.</summary>
    /// <param name="now">The time.</param>
    /// <param name="options">The policy's numbers.</param>
    public IReadOnlyList<SiloAddress> TakeProbes(DateTimeOffset now, SchedulingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var probes = new List<SiloAddress>();
        foreach (var (silo, entry) in entries)
        {
            if (entry.DoubtSince is not null && now - entry.LastProbe >= options.BetweenProbes)
            {
                entry.LastProbe = now;
                probes.Add(silo);
            }
        }

        return probes;
    }

    /// <summary>A silo that should be evicted: long in doubt while another one answered. Never the last that is trusted.</summary>
    /// <param name="now">The time.</param>
    /// <param name="options">The policy's numbers.</param>
    public SiloAddress? FindEviction(DateTimeOffset now, SchedulingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var silo in Doubtful)
        {
            var entry = entries[silo];
            var isLong = now - entry.DoubtSince >= options.DoubtToEvict && entry.Failures > 1;
            if (isLong && entries.Values.Any(other => other.IsTrusted(now) && other.LastAnswer > entry.DoubtSince))
            {
                return silo;
            }
        }

        return null;
    }

    /// <summary>Notes that a silo answered a call.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="now">The time.</param>
    public void Answered(SiloAddress silo, DateTimeOffset now)
    {
        if (entries.TryGetValue(silo, out var entry))
        {
            entry.Failures = 0;
            entry.FirstFailure = null;
            entry.DoubtSince = null;
            entry.LastAnswer = now;
            entry.Suspects.Clear();
        }
    }

    /// <summary>Notes that a call to a silo failed without its answer.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="now">The time.</param>
    /// <param name="tolerance">How long such failures may go on before the silo is in doubt.</param>
    /// <returns>Whether the silo is in doubt.</returns>
    public bool Failed(SiloAddress silo, DateTimeOffset now, TimeSpan tolerance)
    {
        if (!entries.TryGetValue(silo, out var entry))
        {
            return true;
        }

        entry.Failures++;
        entry.FirstFailure ??= now;
        if (now - entry.FirstFailure >= tolerance)
        {
            entry.DoubtSince ??= now;
        }

        return entry.DoubtSince is not null;
    }

    /// <summary>Notes what a silo was computing when it stopped answering: if it turns out to be dead, that may be why.</summary>
    internal void Suspect(UnitAttempt attempt, DateTimeOffset now)
    {
        var lane = attempt.Scheduled.Lane;
        if (entries.TryGetValue(attempt.Silo, out var entry))
        {
            entry.Suspects.TryAdd(lane, (attempt, now));
        }
        else
        {
            CountDeath(attempt, lane); // the cluster knew of its death before the call failed
        }
    }

    internal SiloAddress? Choose(Lane lane, Func<SiloAddress, int> slots, SiloAddress? preferred, DateTimeOffset now)
    {
        var trusted = entries.Values.Any(entry => entry.IsTrusted(now));
        SiloAddress? best = null;
        foreach (var (silo, entry) in entries)
        {
            if (entry.Load(lane) >= slots(silo) || (trusted && !entry.IsTrusted(now)))
            {
                continue;
            }

            if (silo.Equals(preferred))
            {
                return silo;
            }

            if (best is null || (entry.Load(lane), silo).CompareTo((entries[best].Load(lane), best)) < 0)
            {
                best = silo;
            }
        }

        return best;
    }

    /// <summary>Trusted silos with less than a load, in order.</summary>
    internal IReadOnlyList<SiloAddress> Below(Lane lane, int load, DateTimeOffset now)
    {
        var below = entries.Where(entry => entry.Value.IsTrusted(now) && entry.Value.Load(lane) < load);
        return [.. below.Select(entry => entry.Key).Order()];
    }

    /// <summary>Gives a silo no units for a while: it stops, or its queue is full.</summary>
    internal void Rest(SiloAddress silo, DateTimeOffset until)
    {
        if (entries.TryGetValue(silo, out var entry))
        {
            entry.RestUntil = until;
        }
    }

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

    /// <remarks>A silo dies once, of the first unit that was lost on each of its lanes.</remarks>
    private void CountDeath(UnitAttempt attempt, Lane lane)
    {
        if (!leavingSilos.Contains(attempt.Silo) && counted.Add((attempt.Silo, lane)))
        {
            deaths.Add(attempt);
        }
    }

    private sealed class Entry
    {
        public Dictionary<Lane, (UnitAttempt Attempt, DateTimeOffset Since)> Suspects { get; } = [];

        public int[] Outstanding { get; } = new int[2];

        public int Failures { get; set; }

        public DateTimeOffset? FirstFailure { get; set; }

        public DateTimeOffset? DoubtSince { get; set; }

        public DateTimeOffset? LastAnswer { get; set; }

        public DateTimeOffset LastProbe { get; set; } = DateTimeOffset.MinValue;

        public DateTimeOffset RestUntil { get; set; } = DateTimeOffset.MinValue;

        public bool IsTrusted(DateTimeOffset now) => DoubtSince is null && RestUntil <= now;

        public int Load(Lane lane) => Outstanding[(int)lane];
    }
}
