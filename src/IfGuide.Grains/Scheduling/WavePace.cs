namespace IfGuide.Grains.Scheduling;

/// <summary>How fast the silos compute the units of one wave and lane, and when what they have will end.</summary>
/// <remarks>
/// A silo computes what it has in the order of issue, but for units with priority, so that the time of a unit is the time between two ends. That counts what other runs do
/// on the silo meanwhile, as it should: it is the pace that this run can expect there.
/// </remarks>
internal sealed class WavePace
{
    private const int Memory = 4;
    private const double MinProgress = 0.05;
    private readonly Dictionary<SiloAddress, Silo> silos = [];

    /// <summary>Every outstanding attempt.</summary>
    public IEnumerable<UnitAttempt> Outstanding => silos.Values.SelectMany(silo => silo.Queue);

    public void Add(UnitAttempt attempt)
    {
        var queue = Of(attempt.Silo).Queue;
        var firstWaiting = queue.First?.Next; // what is being computed stays first
        attempt.Place = queue.Insert(attempt, other => other.HasPriority, firstWaiting);
    }

    public static void Remove(UnitAttempt attempt)
    {
        if (attempt.Place is { } place)
        {
            place.List?.Remove(place);
            attempt.Place = null;
        }
    }

    /// <summary>Notes that an attempt ended well.</summary>
    public void Ended(UnitAttempt attempt, DateTimeOffset now)
    {
        var silo = Of(attempt.Silo);
        var taken = now - Later(attempt.Started, silo.LastEnd);
        silo.Ended = Math.Min(silo.Ended + 1, Memory);
        var mean = silo.Mean ?? taken;
        silo.Mean = mean + ((taken - mean) / silo.Ended);
        silo.LastEnd = now;
    }

    /// <summary>Time of a unit on a silo; null while that is unknown.</summary>
    public TimeSpan? Observed(SiloAddress silo) => silos.TryGetValue(silo, out var known) ? known.Mean : null;

    /// <summary>What each silo has before it, for as long as nothing is added.</summary>
    /// <param name="now">The time.</param>
    public Forecast Predict(DateTimeOffset now)
    {
        var best = silos.Values.Select(silo => silo.Mean ?? Projected(silo)).Min();
        var forecast = new Forecast(best);
        foreach (var (address, silo) in silos)
        {
            var time = UnitTime(silo, best, now);
            forecast.Begin(address, time);
            foreach (var attempt in silo.Queue)
            {
                var isHead = attempt == silo.Queue.First!.Value;
                forecast.Add(attempt, isHead ? Remaining(attempt, silo, time, now) : time);
            }
        }

        return forecast;
    }

    private static TimeSpan? UnitTime(Silo silo, TimeSpan? best, DateTimeOffset now)
    {
        var time = silo.Mean ?? Projected(silo) ?? best;
        if (silo.Mean is not null || silo.Queue.First is not { } head)
        {
            return time;
        }

        var running = now - Since(head.Value, silo);
        return time < running ? running : time; // it has ended none yet, and may be slower than that already
    }

    private static TimeSpan? Remaining(UnitAttempt head, Silo silo, TimeSpan? time, DateTimeOffset now)
    {
        var elapsed = now - Since(head, silo);
        if (Projected(silo) is { } whole)
        {
            return whole > elapsed ? whole - elapsed : now - head.ProgressReported;
        }

        if (time <= elapsed)
        {
            return elapsed; // longer than usual: expect as much again as it has taken
        }

        return time - elapsed;
    }

    /// <summary>The whole time of what a silo computes now, by its own progress.</summary>
    private static TimeSpan? Projected(Silo silo)
    {
        if (silo.Queue.First?.Value is not { Progress: >= MinProgress } head)
        {
            return null;
        }

        return (head.ProgressReported - Since(head, silo)) / head.Progress;
    }

    private static DateTimeOffset Since(UnitAttempt head, Silo silo) => Later(head.Started, silo.LastEnd);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private Silo Of(SiloAddress address)
    {
        if (!silos.TryGetValue(address, out var silo))
        {
            silos.Add(address, silo = new Silo());
        }

        return silo;
    }

    private sealed class Silo
    {
        public LinkedList<UnitAttempt> Queue { get; } = new();

        public TimeSpan? Mean { get; set; }

        public int Ended { get; set; }

        public DateTimeOffset LastEnd { get; set; } = DateTimeOffset.MinValue;
    }
}

/// <summary>When outstanding units will end, and what a copy on another silo would gain.</summary>
/// <param name="best">Time of a unit on the fastest silo; null: unknown.</param>
internal sealed class Forecast(TimeSpan? best)
{
    private readonly Dictionary<SiloAddress, (TimeSpan? Unit, TimeSpan? Backlog)> silos = [];
    private readonly Dictionary<ScheduledUnit, (TimeSpan? End, bool Waits)> units = [];

    /// <summary>Time of a unit on a silo; null: unknown.</summary>
    public TimeSpan? UnitTime(SiloAddress silo) => silos.TryGetValue(silo, out var known) ? known.Unit : best;

    /// <summary>When a unit added to a silo would end there; null: unknown.</summary>
    public TimeSpan? EndOfNew(SiloAddress silo) =>
        silos.TryGetValue(silo, out var known) ? known.Backlog + known.Unit : best;

    /// <summary>Units by their expected end, the last first; those of unknown end that wait come before all.</summary>
    public IEnumerable<(ScheduledUnit Unit, TimeSpan? End, bool Waits)> LastFirst() => units
        .Select(unit => (unit.Key, unit.Value.End, unit.Value.Waits))
        .OrderByDescending(unit => unit.End ?? (unit.Waits ? TimeSpan.MaxValue : TimeSpan.Zero))
        .ThenBy(unit => unit.Key.Index);

    public void Begin(SiloAddress silo, TimeSpan? unitTime) => silos[silo] = (unitTime, TimeSpan.Zero);

    public void Add(UnitAttempt attempt, TimeSpan? time)
    {
        var (unitTime, backlog) = silos[attempt.Silo];
        var waits = attempt.Place?.Previous is not null;
        var end = backlog + time;
        silos[attempt.Silo] = (unitTime, end);
        if (units.TryGetValue(attempt.Scheduled, out var known))
        {
            units[attempt.Scheduled] = (Earlier(known.End, end), known.Waits && waits);
        }
        else
        {
            units[attempt.Scheduled] = (end, waits);
        }
    }

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => other is null || one < other ? one : other;
}
