using IfGuide.Abstractions.Units;

namespace IfGuide.Grains.Scheduling;

/// <summary>Decides which unit of a wave goes to which silo and when. Pure state: no calls, no waiting, one thread.</summary>
/// <remarks>
/// Units are issued in order, each to the silo with the fewest outstanding units of its lane, at most a few per silo. A lost unit is issued
/// again after a growing wait, to the silo that had it if that one is well (its device may still be computing it). When a silo times out while
/// others answer, it is suspect: it gets nothing while another can take the work, and what it had is issued under a new attempt number,
/// since the same grain key would lead to the same stuck activation. When nothing waits to be issued, the slowest units get a second
/// attempt on an idle silo; artifacts are created once, so that whichever ends first counts.
/// </remarks>
public sealed class UnitScheduler
{
    private readonly SchedulingOptions options;
    private readonly TimeProvider time;
    private readonly List<UnitLedger> ledgers;
    private readonly SiloTable silos;
    private readonly List<TimeSpan> durations = [];
    private int remaining;

    /// <summary>Creates a scheduler for a wave.</summary>
    /// <param name="units">Independent units that have no artifact yet.</param>
    /// <param name="needsDevice">Whether a unit needs the silo's device.</param>
    /// <param name="silos">The compute silos as known to the coordinator; shared by its waves.</param>
    /// <param name="options">The policy's numbers.</param>
    /// <param name="time">The clock.</param>
    public UnitScheduler(IEnumerable<UnitReference> units, Func<UnitReference, bool> needsDevice, SiloTable silos, SchedulingOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(units);
        this.silos = silos;
        this.options = options;
        this.time = time;
        ledgers = [.. units.Select((unit, index) => new UnitLedger(index, unit, needsDevice(unit) ? Lane.Device : Lane.Processor))];
        remaining = ledgers.Count;
    }

    /// <summary>True when every unit is done.</summary>
    public bool IsComplete => remaining == 0;

    /// <summary>Attempts that are running.</summary>
    public IEnumerable<UnitAttempt> Outstanding => ledgers.SelectMany(ledger => ledger.Running);

    /// <summary>How long nothing new will happen unless an attempt ends.</summary>
    public TimeSpan UntilNext
    {
        get
        {
            var now = time.GetUtcNow();
            var next = ledgers.Where(ledger => ledger.IsPending && ledger.NotBefore > now).Select(ledger => ledger.NotBefore - now).DefaultIfEmpty(TimeSpan.FromSeconds(1)).Min();
            return next < TimeSpan.FromSeconds(1) ? next : TimeSpan.FromSeconds(1);
        }
    }

    /// <summary>The attempts to start now. They count as running from here on.</summary>
    public IReadOnlyList<UnitAttempt> Next()
    {
        var now = time.GetUtcNow();
        var started = new List<UnitAttempt>();
        foreach (var ledger in ledgers.Where(ledger => ledger.IsPending && ledger.NotBefore <= now))
        {
            if (silos.Choose(ledger.Lane, Slots(ledger.Lane), ledger.LastSilo) is { } silo)
            {
                started.Add(Start(ledger, silo, now));
            }
        }

        foreach (var lane in Enum.GetValues<Lane>())
        {
            DuplicateSlow(lane, now, started);
        }

        return started;
    }

    /// <summary>Notes that an attempt's silo answered.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="silo">The silo that answered: where the grain really is.</param>
    public void Answered(UnitAttempt attempt, SiloAddress? silo)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        if (silo is not null && !silo.Equals(attempt.Silo))
        {
            silos.Release(attempt.Silo, ledgers[attempt.Index].Lane);
            silos.Occupy(silo, ledgers[attempt.Index].Lane);
            attempt.Silo = silo;
            ledgers[attempt.Index].LastSilo = silo;
        }

        silos.Answered(attempt.Silo, time.GetUtcNow());
    }

    /// <summary>Notes that an attempt ended well; the unit is done.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <returns>Other attempts of the unit, now superfluous.</returns>
    public IReadOnlyList<UnitAttempt> Completed(UnitAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var ledger = ledgers[attempt.Index];
        Remove(ledger, attempt);
        if (ledger.IsDone)
        {
            return [];
        }

        ledger.IsDone = true;
        remaining--;
        durations.Add(time.GetUtcNow() - attempt.Started);
        var others = ledger.Running.ToArray();
        foreach (var other in others)
        {
            Remove(ledger, other);
        }

        return others;
    }

    /// <summary>Notes that an attempt was lost; the unit will be issued again unless another attempt runs.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="reason">Why.</param>
    public void Lost(UnitAttempt attempt, LossReason reason)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var ledger = ledgers[attempt.Index];
        if (!Remove(ledger, attempt))
        {
            return;
        }

        var now = time.GetUtcNow();
        if (reason == LossReason.TimedOut && silos.TimedOut(attempt.Silo, now, options.TimeoutsToSuspect))
        {
            ledger.Number = Math.Max(ledger.Number, attempt.Number) + 1;
            ledger.LastSilo = null;
        }

        ledger.Losses++;
        var wait = options.FirstBackoff * Math.Pow(2, Math.Min(ledger.Losses - 1, 20));
        ledger.NotBefore = now + (wait < options.LongestBackoff ? wait : options.LongestBackoff);
    }

    private int Slots(Lane lane) => lane == Lane.Device ? options.DeviceSlots : options.LaneSlots;

    private UnitAttempt Start(UnitLedger ledger, SiloAddress silo, DateTimeOffset now)
    {
        var attempt = new UnitAttempt(ledger.Index, ledger.Unit, ledger.Number, silo, now);
        ledger.Running.Add(attempt);
        ledger.LastSilo = silo;
        silos.Occupy(silo, ledger.Lane);
        return attempt;
    }

    private void DuplicateSlow(Lane lane, DateTimeOffset now, List<UnitAttempt> started)
    {
        if (durations.Count < options.SlowSample || ledgers.Any(ledger => ledger.Lane == lane && ledger.IsPending))
        {
            return;
        }

        var median = durations.Order().ElementAt(durations.Count / 2);
        var slow = TimeSpan.FromTicks(Math.Max(options.SlowAtLeast.Ticks, (long)(median.Ticks * options.SlowFactor)));
        var candidates = ledgers.Where(ledger => ledger.Lane == lane && ledger.Running.Count == 1 && now - ledger.Running[0].Started >= slow);
        foreach (var ledger in candidates.OrderBy(ledger => ledger.Running[0].Started).ToArray())
        {
            if (silos.ChooseIdle(lane, except: ledger.Running[0].Silo) is { } silo)
            {
                ledger.Number++;
                started.Add(Start(ledger, silo, now));
            }
        }
    }

    private bool Remove(UnitLedger ledger, UnitAttempt attempt)
    {
        if (!ledger.Running.Remove(attempt))
        {
            return false;
        }

        silos.Release(attempt.Silo, ledger.Lane);
        return true;
    }

    private sealed class UnitLedger(int index, UnitReference unit, Lane lane)
    {
        public int Index { get; } = index;

        public UnitReference Unit { get; } = unit;

        public Lane Lane { get; } = lane;

        public List<UnitAttempt> Running { get; } = [];

        public int Number { get; set; } = 1;

        public int Losses { get; set; }

        public DateTimeOffset NotBefore { get; set; }

        public SiloAddress? LastSilo { get; set; }

        public bool IsDone { get; set; }

        public bool IsPending => !IsDone && Running.Count == 0;
    }
}
