using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Messages;
using IfGuide.Pipeline.Execution;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Units;

/// <summary>Refuses units whose names lead elsewhere in the store than their stage: they may come from anybody who can call the cluster.</summary>
/// <remarks>What an artifact's name must be exactly, the executor derives from the specification and the inputs, and computes no unit of another name.</remarks>
internal static class UnitCheck
{
    /// <exception cref="UserErrorException">A field of the unit has no permitted form.</exception>
    public static void Check(UnitReference unit)
    {
        Require(RunId.TryParse(unit.Run.ToString(), out _), nameof(unit.Run), unit.Run.ToString());
        Require(Enum.IsDefined(unit.Stage), nameof(unit.Stage), unit.Stage.ToString());
        Require(Enum.IsDefined(unit.Kind), nameof(unit.Kind), unit.Kind.ToString());
        var isWord = ArtifactName.IsName(unit.Name) && !unit.Name.Contains('/', StringComparison.Ordinal);
        Require(isWord, nameof(unit.Name), unit.Name);
        Require(IsUnder("specification", unit.Specification), nameof(unit.Specification), unit.Specification);
        CheckArtifacts(unit);
    }

    private static void CheckArtifacts(UnitReference unit)
    {
        if (unit.Kind == UnitKind.Preparation)
        {
            Require(unit.Stage == Stage.Prepare, nameof(unit.Stage), unit.Stage.ToString());
            Require(unit.Artifact is { Length: 0 }, nameof(unit.Artifact), unit.Artifact);
            Require(unit.Inputs is null, nameof(unit.Inputs), unit.Inputs);
        }
        else
        {
            Require(unit.Stage != Stage.Prepare, nameof(unit.Stage), unit.Stage.ToString());
            Require(IsUnder(RunPlan.FolderOf(unit.Stage), unit.Artifact), nameof(unit.Artifact), unit.Artifact);
            Require(IsUnder("prepare", unit.Inputs), nameof(unit.Inputs), unit.Inputs);
        }
    }

    private static bool IsUnder(string folder, string? name) =>
        ArtifactName.IsName(name) && name!.StartsWith(folder + "/", StringComparison.Ordinal);

    private static void Require(bool holds, string field, string? value)
    {
        if (!holds)
        {
            throw new UserErrorException(
                $"The unit's {field} '{value?.Shorten(100, "…")}' is not one: this silo computes only units that a run's coordinator hands out.");
        }
    }
}
