using IfGuide.Abstractions;
using IfGuide.Grains.Compute;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Coordination;

/// <summary>Makes way for an artifact that is damaged or gone to be computed again: deletes it, and what says that it is done.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="ledger">The run's ledger.</param>
/// <param name="retry">Bridges the store's outages.</param>
internal sealed class ArtifactRepair(RunServices services, RunLedger ledger, StoreRetry retry)
{
    private const int MaxRepairs = 3;
    private readonly Dictionary<string, int> repairs = [];

    /// <summary>What an exception of the coordinator's own reading says, when it is about an artifact; null: it is about something else.</summary>
    public static RunFailure? FailureOf(Exception exception)
    {
        var failure = exception switch
        {
            UnitFailedException failed => failed.Failure,
            ArtifactCorruptException or ArtifactNotFoundException => FailureReport.Of(exception, unit: null, silo: null),
            _ => null,
        };
        var isAboutArtifact = failure?.Kind is FailureKind.ArtifactCorrupt or FailureKind.ArtifactMissing;
        return isAboutArtifact && failure?.Artifact is not null ? failure : null;
    }

    /// <summary>Repairs, when a plan of the run can make the artifact again and has not done so in vain too often.</summary>
    /// <param name="failure">A failure that names an artifact.</param>
    /// <param name="stages">The run's stages; empty before they are planned.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether planning again is worth while.</returns>
    public async Task<bool> TryAsync(RunFailure failure, IReadOnlyList<StagePlan> stages, CancellationToken cancellationToken)
    {
        var artifact = failure.Artifact!;
        var count = repairs[artifact] = repairs.GetValueOrDefault(artifact) + 1;
        if (count > MaxRepairs)
        {
            return false;
        }

        var toDelete = await FindArtifactsToDeleteAsync(artifact, failure, stages, cancellationToken);
        if (toDelete is null)
        {
            return false;
        }

        foreach (var name in toDelete)
        {
            await retry.AskAsync(() => services.Store.DeleteAsync(name, cancellationToken), cancellationToken);
        }

        if (ledger.Record.Inputs is { } inputs && toDelete.Contains(inputs))
        {
            ledger.Unprepare();
        }

        var state = failure.Kind == FailureKind.ArtifactCorrupt ? "damaged" : "gone";
        ledger.RecordEvent(RunEventKind.Warning, message: $"'{artifact}' is {state}; it is computed again.");
        return true;
    }

    /// <summary>What must go so that the artifact is made again; null when no plan of the run makes it.</summary>
    private async Task<IReadOnlySet<string>?> FindArtifactsToDeleteAsync(
        string artifact, RunFailure failure, IReadOnlyList<StagePlan> stages, CancellationToken cancellationToken)
    {
        var toDelete = new HashSet<string> { artifact };
        var units = stages.SelectMany(stage => stage.Units).Select(unit => unit.Artifact);
        if (units.Contains(artifact))
        {
            return toDelete;
        }

        // A side product, e.g. a mask: whoever made it must look undone.
        var folder = artifact[..(artifact.LastIndexOf('/') + 1)];
        toDelete.UnionWith(units.Where(unit => folder.Length > 0 && unit.StartsWith(folder, StringComparison.Ordinal)));
        if (toDelete.Count > 1 || IsOwnIntermediate(folder, failure))
        {
            return toDelete;
        }

        return await FindPreparedAsync(artifact, folder, toDelete, cancellationToken);
    }

    /// <summary>All that the preparation made, when it made the artifact.</summary>
    private async Task<IReadOnlySet<string>?> FindPreparedAsync(
        string artifact, string folder, HashSet<string> toDelete, CancellationToken cancellationToken)
    {
        if (ledger.Record.Inputs is not { } inputs || artifact == ledger.Record.Specification)
        {
            return null;
        }

        if (artifact != inputs && !await IsPreparedAsync(artifact, folder, cancellationToken))
        {
            return null;
        }

        await foreach (var other in services.Store.ListAsync(folder, cancellationToken))
        {
            toDelete.Add(other.Name);
        }

        toDelete.Add(inputs);
        return toDelete;
    }

    /// <remarks>What a unit keeps for itself, e.g. the masks of a baseline filter, it makes again when it finds none.</remarks>
    private static bool IsOwnIntermediate(string folder, RunFailure failure) =>
        failure.Stage is { } stage and not Stage.Prepare && folder.StartsWith(RunPlan.FolderOf(stage) + "/", StringComparison.Ordinal);

    private async Task<bool> IsPreparedAsync(string artifact, string folder, CancellationToken cancellationToken)
    {
        var record = ledger.Record;
        var version = new Records.RunVersion(record.Specification, record.Inputs);
        var references = await services.Planner.ReferencesAsync(version, cancellationToken);
        return references.Contains(artifact) || references.Contains(folder);
    }
}
