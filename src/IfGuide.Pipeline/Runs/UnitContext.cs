using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Planning;

namespace IfGuide.Pipeline.Runs;

/// <summary>What a unit needs to compute: its run, a device, and itself.</summary>
internal sealed class UnitContext : RunContext
{
    public required UnitReference Unit { get; init; }

    /// <summary>The behaviour that the unit belongs to, and the unit's name without it.</summary>
    public (BehaviourNames Behaviour, string Name) Part => Names.PartOf(Unit);

    /// <summary>Whether nobody needs a unit any more: its artifact exists, or the one that it is a part of.</summary>
    public static bool IsDone(UnitReference unit, BlockingStore store) =>
        store.Exists(unit.Artifact) || (ArtifactNames.WholeOf(unit.Artifact) is { } whole && store.Exists(whole));
}
