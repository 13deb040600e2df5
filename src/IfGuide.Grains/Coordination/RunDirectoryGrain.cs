using IfGuide.Abstractions;
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

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunStatus>> List(RunId? after, int count)
    {
        var all = await records.ListAsync();
        var runs = all.Where(run => after is null || string.CompareOrdinal(run.ToString(), after.ToString()) > 0);
        var page = new List<RunStatus>();
        foreach (var run in runs.Take(Math.Clamp(count, 1, MaxPage)))
        {
            if (await records.ReadAsync(run) is { } record)
            {
                page.Add(record.ToStatus(interrupted: ownership.IsInterrupted(record, time.GetUtcNow())));
            }
        }

        return page;
    }
}
