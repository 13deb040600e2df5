using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Grains.Records;
using Orleans.Concurrency;
using Orleans.Placement;

namespace IfGuide.Grains.Coordination;

/// <summary>Lists the runs of the store from their records.</summary>
/// <param name="records">The records.</param>
/// <param name="ownership">Tells interrupted runs from running ones.</param>
/// <param name="time">The clock.</param>
[GrainType("run-directory"), Reentrant, Immovable]
public sealed class RunDirectoryGrain(RunRecords records, IRunOwnership ownership, TimeProvider time) : Grain, IRunDirectoryGrain
{
    private const int MaxPage = 64;
    private readonly StoredRuns runs = new(records, ownership, time);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RunStatus>> List(RunId? after, int count) => runs.ListAsync(after, Math.Clamp(count, 1, MaxPage));
}
