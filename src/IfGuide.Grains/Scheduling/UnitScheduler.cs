using IfGuide.Abstractions.Units;

namespace IfGuide.Grains.Scheduling;

/// <summary>Decides which unit of a wave goes to which silo and when. Pure state: no calls, no waiting, one thread; no event costs more than the logarithm of the number of units.</summary>
/// <remarks>
/// Units are issued in order, each to the silo with the fewest outstanding units of its lane: two per silo, and more when they are short.
/// A lost unit is issued again, first to the silo that had it: its device may still be computing it. Then it goes elsewhere, with priority and
/// in a slot of its own. It has a new attempt number there, since the same grain key would lead to the same stuck activation.
/// When nothing waits to be issued, units that a silo has not begun, or will not end soon, are copied to silos that would end them earlier.
/// Artifacts are created once, so whichever attempt ends first counts.
/// </remarks>
public sealed class UnitScheduler
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(100);
    private static readonly Lane[] Lanes = Enum.GetValues<Lane>();
    private readonly SchedulingOptions options;
    private readonly TimeProvider time;
    private readonly SiloTable silos;
    private readonly UnitQueue[] queues = [.. Lanes.Select(_ => new UnitQueue())];
    private readonly WavePace[] paces = [.. Lanes.Select(_ => new WavePace())];
    private int remaining;

    /// <summary>Creates a scheduler for a wave.</summary>
    /// <param name="units">Independent units that have no artifact yet.</param>
    /// <param name="needsDevice">Whether a unit needs the silo's device.</param>
    /// <param name="silos">The compute silos as known to the coordinator; shared by its waves.</param>
    /// <param name="options">The policy's numbers.</param>
    /// <param name="time">The clock.</param>
    public UnitScheduler(
        IEnumerable<UnitReference> units,
        Func<UnitReference, bool> needsDevice,
        SiloTable silos,
        SchedulingOptions options,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(units);
        ArgumentNullException.ThrowIfNull(needsDevice);
        this.silos = silos;
        this.options = options;
        this.time = time;
        foreach (var unit in units)
        {
            var lane = needsDevice(unit) ? Lane.Device : Lane.Processor;
            queues[(int)lane].Add(new ScheduledUnit(remaining++, unit, lane));
        }
    }

    /// <summary>True when every unit is done.</summary>
    public bool IsComplete => remaining == 0;

    /// <summary>Attempts that are running.</summary>
    public IEnumerable<UnitAttempt> Outstanding => paces.SelectMany(pace => pace.Outstanding);

    /// <summary>How long nothing new will happen unless an attempt ends.</summary>
    public TimeSpan UntilNext
    {
        get
        {
            var now = time.GetUtcNow();
            var mayCopy = Lanes.Any(lane => queues[(int)lane].IsEmpty && silos.Below(lane, Slots(lane), now).Count > 0);
            var pause = mayCopy ? MinPause : MaxPause;
            foreach (var queue in queues)
            {
                if (queue.NextTime - now is { } wait && wait < pause)
                {
                    pause = wait;
                }
            }

            return TimeSpan.FromTicks(Math.Max(pause.Ticks, 0));
        }
    }

    /// <summary>The attempts to start now. They count as running from here on.</summary>
    public IReadOnlyList<UnitAttempt> Next()
    {
        var now = time.GetUtcNow();
        var started = new List<UnitAttempt>();
        foreach (var lane in Lanes)
        {
            var queue = queues[(int)lane];
            while (queue.Peek(now) is { } unit && Choose(lane, unit, now) is { } silo)
            {
                queue.Take();
                started.Add(Start(unit, silo, now));
            }

            if (queue.IsEmpty)
            {
                CopyLate(lane, now, started);
            }
        }

        return started;
    }

    private SiloAddress? Choose(Lane lane, ScheduledUnit unit, DateTimeOffset now)
    {
        var extra = unit.HasPriority ? 1 : 0;
        return silos.Choose(lane, silo => Slots(lane, silo) + extra, unit.LastSilo, now);
    }

    /// <summary>Notes that an attempt's silo answered.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="silo">The silo that answered: where the grain really is.</param>
    /// <param name="progress">Share of the unit that is done.</param>
    /// <param name="waits">Whether the silo has not begun it.</param>
    public void Answered(UnitAttempt attempt, SiloAddress? silo, double progress = 0, bool waits = false)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var now = time.GetUtcNow();
        if (silo is not null && !silo.Equals(attempt.Silo) && attempt.IsOutstanding)
        {
            Leave(attempt);
            attempt.Silo = silo;
            attempt.Scheduled.LastSilo = silo;
            Occupy(attempt);
        }

        attempt.Progress = progress;
        attempt.ProgressReported = now;
        attempt.Waits = waits;
        attempt.Scheduled.Losses = 0;
        silos.Answered(attempt.Silo, now);
    }

    /// <summary>Notes that an attempt ended well; the unit is done.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <returns>Other attempts of the unit, now superfluous.</returns>
    public IReadOnlyList<UnitAttempt> Completed(UnitAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var unit = attempt.Scheduled;
        if (!attempt.IsOutstanding)
        {
            return [];
        }

        paces[(int)unit.Lane].Ended(attempt, time.GetUtcNow());
        End(attempt);
        unit.IsDone = true;
        remaining--;
        if (unit.Running.Count == 0)
        {
            return [];
        }

        var others = unit.Running.ToArray();
        foreach (var other in others)
        {
            End(other);
        }

        return others;
    }

    /// <summary>Notes that an attempt was lost; the unit will be issued again unless another attempt runs.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="reason">Why.</param>
    public void Lost(UnitAttempt attempt, LossReason reason)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        if (!attempt.IsOutstanding)
        {
            return;
        }

        var now = time.GetUtcNow();
        if (reason is LossReason.Unavailable or LossReason.TimedOut && attempt.IsComputed)
        {
            silos.Suspect(attempt, now);
        }

        End(attempt);
        var unit = attempt.Scheduled;
        unit.Losses++;
        if (IsBetterElsewhere(attempt, reason, now))
        {
            unit.Number = Math.Max(unit.Number, attempt.Number) + 1;
            unit.LastSilo = null;
            unit.HasPriority = true;
            unit.Losses = 0;
        }

        if (unit.Running.Count == 0)
        {
            Enqueue(unit, now);
        }
    }

    private void Enqueue(ScheduledUnit unit, DateTimeOffset now)
    {
        var queue = queues[(int)unit.Lane];
        if (unit.Losses == 0)
        {
            queue.Add(unit);
            return;
        }

        queue.Add(unit, now + options.Backoff.After(unit.Losses));
    }

    /// <summary>What a loss says of the silo, and whether the unit had better go to another one.</summary>
    private bool IsBetterElsewhere(UnitAttempt attempt, LossReason reason, DateTimeOffset now)
    {
        var hasOthers = silos.Silos.Any(silo => !silo.Equals(attempt.Silo));
        switch (reason)
        {
            case LossReason.HandedBack:
                silos.Answered(attempt.Silo, now);
                silos.Rest(attempt.Silo, now + options.Rest);
                return hasOthers;
            case LossReason.TimedOut:
                silos.Failed(attempt.Silo, now, TimeSpan.Zero);
                return true;
            case LossReason.Unavailable:
                return silos.Failed(attempt.Silo, now, options.Backoff.First) && hasOthers;
            default:
                silos.Answered(attempt.Silo, now);
                return false;
        }
    }

    private int Slots(Lane lane) => lane == Lane.Device ? options.DeviceSlots : options.LaneSlots;

    private int Slots(Lane lane, SiloAddress silo)
    {
        var min = Slots(lane);
        if (paces[(int)lane].Observed(silo) is not { } time)
        {
            return min;
        }

        var fitting = options.QueueTime.Ticks / Math.Max(time.Ticks, 1);
        return (int)Math.Clamp(fitting, min, Math.Max(min, options.MaxSlots));
    }

    private UnitAttempt Start(ScheduledUnit unit, SiloAddress silo, DateTimeOffset now)
    {
        var attempt = new UnitAttempt(unit, unit.Number, silo, now);
        unit.LastSilo = silo;
        unit.Running.Add(attempt);
        Occupy(attempt);
        return attempt;
    }

    /// <summary>Copies what will end late to silos that would end it earlier.</summary>
    private void CopyLate(Lane lane, DateTimeOffset now, List<UnitAttempt> started)
    {
        while (silos.Below(lane, Slots(lane), now).Count > 0)
        {
            if (FindCopy(lane, now, paces[(int)lane].Predict(now)) is not var (unit, silo))
            {
                return;
            }

            unit.Number++;
            started.Add(Start(unit, silo, now));
        }
    }

    private (ScheduledUnit Unit, SiloAddress Silo)? FindCopy(Lane lane, DateTimeOffset now, Forecast forecast)
    {
        var idle = silos.Below(lane, 1, now);
        var room = silos.Below(lane, Slots(lane), now).OrderBy(silo => forecast.EndOfNew(silo) ?? TimeSpan.Zero).ToArray();
        foreach (var (unit, end, waits) in forecast.LastFirst())
        {
            if (end - forecast.EndOfNew(room[0]) <= options.GainOfWaiting)
            {
                break; // nor would any other gain
            }

            foreach (var silo in room.Where(silo => MayCopy(unit, silo)))
            {
                if (end is null || forecast.EndOfNew(silo) is not { } copy)
                {
                    if (waits && idle.Contains(silo))
                    {
                        return (unit, silo); // nothing is known yet, but an idle silo beats a queue
                    }
                }
                else if (end - copy > MinGain(waits, forecast.UnitTime(silo)))
                {
                    return (unit, silo);
                }
            }
        }

        return null;
    }

    private bool MayCopy(ScheduledUnit unit, SiloAddress silo) =>
        unit.Running.Count < options.MaxCopies && !unit.Running.Any(attempt => attempt.Silo.Equals(silo));

    private TimeSpan MinGain(bool waits, TimeSpan? unitTime)
    {
        if (waits)
        {
            return options.GainOfWaiting;
        }

        var share = (unitTime ?? TimeSpan.Zero) * options.GainShare;
        return TimeSpan.FromTicks(Math.Max(share.Ticks, options.GainOfRunning.Ticks));
    }

    private void Occupy(UnitAttempt attempt)
    {
        silos.Occupy(attempt.Silo, attempt.Scheduled.Lane);
        paces[(int)attempt.Scheduled.Lane].Add(attempt);
    }

    private void Leave(UnitAttempt attempt)
    {
        silos.Release(attempt.Silo, attempt.Scheduled.Lane);
        WavePace.Remove(attempt);
    }

    private void End(UnitAttempt attempt)
    {
        attempt.IsOutstanding = false;
        attempt.Scheduled.Running.Remove(attempt);
        Leave(attempt);
    }
}
