using System.Globalization;
using IfGuide.Abstractions.Units;

namespace IfGuide.Grains.Scheduling;

/// <summary>One issue of a unit to a silo.</summary>
public sealed class UnitAttempt
{
    internal UnitAttempt(int index, UnitReference unit, int number, SiloAddress silo, DateTimeOffset started)
    {
        Index = index;
        Unit = unit;
        Number = number;
        Silo = silo;
        Started = started;
    }

    /// <summary>The unit's index in its wave.</summary>
    public int Index { get; }

    /// <summary>The unit.</summary>
    public UnitReference Unit { get; }

    /// <summary>1 for the unit's own grain; higher numbers are other grains, for a copy elsewhere.</summary>
    public int Number { get; }

    /// <summary>Where it runs: the silo chosen, or the one that answered.</summary>
    public SiloAddress Silo { get; internal set; }

    /// <summary>When it was issued.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>The key of the grain that computes it.</summary>
    public string GrainKey => KeyOf(Unit, Number);

    internal static string KeyOf(UnitReference unit, int number)
    {
        var key = $"{unit.Run}/{unit.Stage}/{unit.Name}";
        return number == 1 ? key : string.Create(CultureInfo.InvariantCulture, $"{key}~{number}");
    }
}

/// <summary>Why an attempt was lost.</summary>
public enum LossReason
{
    /// <summary>The silo is gone, stopping or full.</summary>
    Unavailable,
    /// <summary>The silo did not answer in time; it may be alive.</summary>
    TimedOut,
}
