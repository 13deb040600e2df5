namespace IfGuide.Grains.Membership;

/// <summary>A member of the cluster, as the others must know it to judge between two that cannot see each other.</summary>
/// <param name="Silo">Its address.</param>
/// <param name="Controls">Whether it can coordinate runs.</param>
/// <param name="Computes">Whether it can compute units.</param>
public sealed record MeshMember(SiloAddress Silo, bool Controls, bool Computes)
{
    /// <summary>Seniority, the smallest first: control silos before others, then by age.</summary>
    internal (bool Junior, int Started, SiloAddress Silo) Rank => (!Controls, Silo.Generation, Silo);
}

/// <summary>Who reaches whom, as one silo sees it, and who has to go when two silos do not see each other. Pure state; may be used from several threads.</summary>
/// <remarks>
/// Membership probes are satisfied when anybody reaches a silo, but grain directory, reminders and gateways need each silo to reach every other:
/// two that do not are a cluster in which calls hang without end. Of such two, the one that more silos miss has to go; when as many miss
/// the one as the other, the junior, and then only those judge who see the most senior silo or are it, so that two halves do not evict each other.
/// </remarks>
/// <param name="self">This silo.</param>
/// <param name="options">The policy's numbers.</param>
public sealed class SiloMesh(SiloAddress self, ReachabilityOptions options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<SiloAddress, Entry> others = [];
    private MeshMember? me;
    private DateTimeOffset now = DateTimeOffset.MinValue;

    /// <summary>The silos that have not answered for too long.</summary>
    public IReadOnlyList<SiloAddress> Missed
    {
        get
        {
            lock (gate)
            {
                return [.. others.Where(other => IsMissed(other.Value)).Select(other => other.Key).Order()];
            }
        }
    }

    /// <summary>Tells the time and who is a member now.</summary>
    /// <param name="members">The active members that can be asked, this silo included.</param>
    /// <param name="time">The time.</param>
    public void Update(IReadOnlyCollection<MeshMember> members, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(members);
        lock (gate)
        {
            // After a pause of its own (a frozen process, a machine asleep) a silo knows nothing of the others.
            var slept = time - now > options.Silence / 2;
            now = time;
            me = members.FirstOrDefault(member => member.Silo.Equals(self));
            foreach (var removed in others.Keys.Except(members.Select(member => member.Silo)).ToArray())
            {
                others.Remove(removed);
            }

            foreach (var member in members.Where(member => !member.Silo.Equals(self)))
            {
                others.TryAdd(member.Silo, new Entry(member, time));
            }

            foreach (var entry in others.Values.Where(_ => slept))
            {
                entry.Answered = time;
                entry.Heard = false;
            }
        }
    }

    /// <summary>Notes that a silo answered.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="missed">The silos that it does not reach.</param>
    /// <param name="time">The time.</param>
    public void Answered(SiloAddress silo, IReadOnlyCollection<SiloAddress> missed, DateTimeOffset time)
    {
        lock (gate)
        {
            if (others.TryGetValue(silo, out var entry))
            {
                entry.Answered = time;
                entry.Heard = true;
                entry.Misses = missed;
            }
        }
    }

    /// <summary>The silo that this one should have evicted now; null: none.</summary>
    public SiloAddress? FindEviction()
    {
        lock (gate)
        {
            var missed = others.Values.Where(IsMissed).ToArray();
            var reached = others.Values.Where(entry => entry.Heard && now - entry.Answered <= options.Recent).ToArray();
            if (missed.Length == 0 || reached.Length == 0 || me is null)
            {
                return null; // all is well, or it is this silo that is alone
            }

            // Silos that are silent for a moment may miss this one: they count here before they count against themselves.
            var silent = others.Values.Count(entry => now - entry.Answered > options.Recent);
            var missMe = silent + reached.Count(other => other.Misses.Contains(self));
            var candidates = missed.Select(other => other.Member).Where(member => IsReplaced(member, reached));
            return candidates.Where(member => HasToGo(member, missMe, reached)).MaxBy(member => member.Rank)?.Silo;
        }
    }

    /// <summary>Whether a silo has to go, and not this one: more silos miss it, or as many and it is the junior.</summary>
    private bool HasToGo(MeshMember member, int missMe, Entry[] reached)
    {
        var missIt = 1 + reached.Count(third => third.Misses.Contains(member.Silo));
        if (missIt != missMe)
        {
            return missIt > missMe;
        }

        return SeesMostSenior(reached) && me!.Rank.CompareTo(member.Rank) < 0;
    }

    private bool SeesMostSenior(Entry[] reached)
    {
        var mostSenior = others.Values.Select(other => other.Member).Append(me!).MinBy(member => member.Rank)!;
        return mostSenior == me || reached.Any(other => other.Member == mostSenior);
    }

    private bool IsMissed(Entry entry) => now - entry.Answered >= options.Silence;

    /// <summary>Whether what a silo can do, another can that is reached: nothing is gained by evicting the last.</summary>
    private bool IsReplaced(MeshMember silo, IReadOnlyList<Entry> reached)
    {
        var rest = reached.Select(other => other.Member).Append(me!).ToArray();
        return (!silo.Controls || rest.Any(other => other.Controls)) && (!silo.Computes || rest.Any(other => other.Computes));
    }

    private sealed class Entry(MeshMember member, DateTimeOffset since)
    {
        public MeshMember Member { get; } = member;

        /// <summary>When it answered last; at first, when it became known.</summary>
        public DateTimeOffset Answered { get; set; } = since;

        public bool Heard { get; set; }

        public IReadOnlyCollection<SiloAddress> Misses { get; set; } = [];
    }
}
