using System.Globalization;
using IfGuide.Abstractions.Units;

namespace IfGuide.Grains.Scheduling;

/// <summary>One issue of a unit to a silo.</summary>
public sealed class UnitAttempt
{
    internal UnitAttempt(ScheduledUnit unit, int number, SiloAddress silo, DateTimeOffset started)
    {
        Scheduled = unit;
        Number = number;
        Silo = silo;
        Started = started;
        HasPriority = unit.HasPriority;
    }

    /// <summary>The unit.</summary>
    public UnitReference Unit => Scheduled.Unit;

    /// <summary>1 for the unit's own grain; higher numbers are other grains, for a copy elsewhere.</summary>
    public int Number { get; }

    /// <summary>Where it runs: the silo chosen, or the one that answered.</summary>
    public SiloAddress Silo { get; internal set; }

    /// <summary>When it was issued.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>Whether it goes before the run's units that wait in the silo's queue: another silo had begun it, or should have.</summary>
    public bool HasPriority { get; }

    /// <summary>Whether it still counts: it has neither ended nor been lost.</summary>
    public bool IsOutstanding { get; internal set; } = true;

    /// <summary>The key of the grain that computes it.</summary>
    public string GrainKey => KeyOf(Unit, Number);

    internal ScheduledUnit Scheduled { get; }

    /// <summary>Its place in the silo's queue, for all that this coordinator knows.</summary>
    internal LinkedListNode<UnitAttempt>? Place { get; set; }

    /// <summary>Share that is done, as last reported, and when.</summary>
    internal double Progress { get; set; }

    internal DateTimeOffset ProgressReported { get; set; }

    /// <summary>Whether the silo, by its last answer, had not begun it.</summary>
    internal bool Waits { get; set; }

    /// <summary>Whether the silo computes it now, for all that is known: it is the first that this coordinator issued, and does not wait for another run's.</summary>
    internal bool IsComputed => Place is { Previous: null } && !Waits;

    internal static string KeyOf(UnitReference unit, int number)
    {
        var key = $"{unit.Run}/{unit.Stage}/{unit.Name}";
        if (number > 1)
        {
            key += string.Create(CultureInfo.InvariantCulture, $"~{number}");
        }

        return key;
    }
}

/// <summary>Why an attempt was lost.</summary>
public enum LossReason
{
    /// <summary>The silo is gone, or the activation was.</summary>
    Unavailable,
    /// <summary>The silo did not answer in time; it may be alive.</summary>
    TimedOut,
    /// <summary>The silo answered that it stops or is full.</summary>
    HandedBack,
    /// <summary>The silo answered that the store is out of reach.</summary>
    StoreUnavailable,
}

/// <summary>What a scheduler knows of one unit.</summary>
internal sealed class ScheduledUnit(int index, UnitReference unit, Lane lane)
{
    public int Index { get; } = index;

    public UnitReference Unit { get; } = unit;

    public Lane Lane { get; } = lane;

    /// <summary>Attempts that run; mostly one.</summary>
    public List<UnitAttempt> Running { get; } = new(1);

    /// <summary>Number of the next attempt.</summary>
    public int Number { get; set; } = 1;

    /// <summary>Losses in a row.</summary>
    public int Losses { get; set; }

    public SiloAddress? LastSilo { get; set; }

    /// <summary>Whether a silo lost it, so that it has waited its turn once.</summary>
    public bool HasPriority { get; set; }

    public bool IsDone { get; set; }
}
