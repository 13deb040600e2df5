using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Coordination;

/// <summary>Makes way for an artifact that is damaged or gone to be computed again: deletes it, and what says that it is done.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="ledger">The run's ledger.</param>
/// <param name="patience">Bridges the store's outages.</param>
internal sealed class ArtifactRepair(RunServices services, RunLedger ledger, StorePatience patience)
{
    private const int MostRepairs = 3;
    private readonly Dictionary<string, int> repairs = [];

    /// <summary>What an exception of the coordinator's own reading says, when it is about an artifact; null: it is about something else.</summary>
    public static RunFailure? FailureOf(Exception exception) => exception switch
    {
        UnitFailedException { Failure: { Artifact: not null, Kind: FailureKind.ArtifactCorrupt or FailureKind.ArtifactMissing } failure } => failure,
        ArtifactCorruptException { Artifact: not null } or ArtifactNotFoundException { Artifact: not null } => Compute.FailureReport.Of(exception, unit: null, silo: null),
        _ => null,
    };

    /// <summary>Repairs, when a plan of the run can make the artifact again and has not done so in vain too often.</summary>
    /// <param name="failure">A failure that names an artifact.</param>
    /// <param name="stages">The run's stages; empty before they are planned.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether planning again is worth while.</returns>
    public async Task<bool> TryAsync(RunFailure failure, IReadOnlyList<StagePlan> stages, CancellationToken cancellationToken)
    {
        var artifact = failure.Artifact!;
        var count = repairs[artifact] = repairs.GetValueOrDefault(artifact) + 1;
        if (count > MostRepairs || await FindDoomedAsync(artifact, failure, stages, cancellationToken) is not { } doomed)
        {
            return false;
        }

        foreach (var name in doomed)
        {
            await patience.AskAsync(() => services.Store.DeleteAsync(name, cancellationToken), cancellationToken);
        }

        if (ledger.Record.Inputs is { } inputs && doomed.Contains(inputs))
        {
            ledger.Unprepare();
        }

        ledger.Tell(RunEventKind.Warning, message: $"'{artifact}' is {(failure.Kind == FailureKind.ArtifactCorrupt ? "damaged" : "gone")}; it is computed again.");
        return true;
    }

    /// <summary>What must go so that the artifact is made again; null when no plan of the run makes it.</summary>
    private async Task<IReadOnlySet<string>?> FindDoomedAsync(string artifact, RunFailure failure, IReadOnlyList<StagePlan> stages, CancellationToken cancellationToken)
    {
        var doomed = new HashSet<string> { artifact };
        var units = stages.SelectMany(stage => stage.Units).Select(unit => unit.Artifact);
        if (units.Contains(artifact))
        {
            return doomed;
        }

        // A side product, e.g. a mask: whoever made it must look undone.
        var folder = artifact[..(artifact.LastIndexOf('/') + 1)];
        doomed.UnionWith(units.Where(unit => folder.Length > 0 && unit.StartsWith(folder, StringComparison.Ordinal)));
        if (doomed.Count > 1 || IsOwnIntermediate(folder, failure))
        {
            return doomed;
        }

        if (ledger.Record.Inputs is not { } inputs || artifact == ledger.Record.Specification || (artifact != inputs && !await IsPreparedAsync(artifact, folder, cancellationToken)))
        {
            return null;
        }

        await foreach (var other in services.Store.ListAsync(folder, cancellationToken))
        {
            doomed.Add(other.Name);
        }

        doomed.Add(inputs);
        return doomed;
    }

    /// <remarks>What a unit keeps for itself, e.g. the masks of a baseline filter, it makes again when it finds none.</remarks>
    private static bool IsOwnIntermediate(string folder, RunFailure failure) =>
        failure.Stage is { } stage and not Stage.Prepare && folder.StartsWith(RunPlan.FolderOf(stage) + "/", StringComparison.Ordinal);

    private async Task<bool> IsPreparedAsync(string artifact, string folder, CancellationToken cancellationToken)
    {
        var record = ledger.Record;
        var references = await services.Planner.ReferencesAsync(new Records.RunVersion(record.Specification, record.Inputs), cancellationToken);
        return references.Contains(artifact) || references.Contains(folder);
    }
}
