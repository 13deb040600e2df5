using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;

namespace IfGuide.Grains.Scheduling;

/// <summary>Silos that died while they computed a unit.</summary>
/// <param name="Stage">The unit's stage.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Progress">Share of the unit that was done when the last of them died.</param>
/// <param name="Silos">Their names, in order.</param>
public sealed record UnitDeaths(Stage Stage, string Unit, double Progress, IReadOnlyList<string> Silos);

/// <summary>Counts the silos that died while they computed a unit, in a row and without the unit getting any further: one that crashes its process must not take the whole cluster with it.</summary>
/// <remarks>A long unit that is resumed from its checkpoints gets further each time; machines that come and go do not count against it.</remarks>
/// <param name="known">What was counted before, by an earlier coordinator.</param>
/// <param name="options">The policy's numbers.</param>
public sealed class CrashCounter(IEnumerable<UnitDeaths> known, SchedulingOptions options)
{
    private readonly Dictionary<(Stage, string), UnitDeaths> units =
        known.ToDictionary(deaths => (deaths.Stage, deaths.Unit));

    /// <summary>What is counted now.</summary>
    public IReadOnlyList<UnitDeaths> Deaths =>
        [.. units.Values.OrderBy(deaths => deaths.Stage).ThenBy(deaths => deaths.Unit, StringComparer.Ordinal)];

    /// <summary>Counts a death.</summary>
    /// <param name="unit">The unit that the silo was computing.</param>
    /// <param name="progress">Share of it that was done.</param>
    /// <param name="silo">The silo's name.</param>
    /// <returns>Those that died of it in a row.</returns>
    public UnitDeaths Add(UnitReference unit, double progress, string silo)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var before = units.GetValueOrDefault((unit.Stage, unit.Name));
        var got = Math.Max(progress, before?.Progress ?? 0);
        var deaths = new UnitDeaths(unit.Stage, unit.Name, got, [silo]);
        if (before is not null && progress <= before.Progress + options.DeathProgress)
        {
            deaths = deaths with { Silos = [.. before.Silos, silo] };
        }

        return units[(unit.Stage, unit.Name)] = deaths;
    }

    /// <summary>What is counted of a unit; null: nothing.</summary>
    /// <param name="unit">The unit.</param>
    public UnitDeaths? Of(UnitReference unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return units.GetValueOrDefault((unit.Stage, unit.Name));
    }

    /// <summary>Whether a unit is to be given up.</summary>
    /// <param name="deaths">What is counted of it.</param>
    public bool IsTooMany(UnitDeaths deaths)
    {
        ArgumentNullException.ThrowIfNull(deaths);
        return deaths.Silos.Count >= options.MaxDeaths;
    }
}
