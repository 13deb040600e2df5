using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Records;

/// <summary>Tells where runs stand from their records alone, without a silo. Starts nothing and changes nothing.</summary>
/// <param name="records">The records.</param>
/// <param name="ownership">Tells interrupted runs from running ones.</param>
/// <param name="time">The clock.</param>
public sealed class StoredRuns(RunRecords records, IRunOwnership ownership, TimeProvider time)
{
    /// <summary>Opens the runs of a store as a process sees them that works on it by itself.</summary>
    /// <param name="store">The store.</param>
    public static StoredRuns Open(IStore store)
    {
        var cluster = string.Create(CultureInfo.InvariantCulture, $"embedded-{Guid.NewGuid():N}");
        return new StoredRuns(new RunRecords(store), EmbeddedOwnership.Create(store, cluster), TimeProvider.System);
    }

    /// <summary>Where a run stands; null when there is no such run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<RunStatus?> FindAsync(RunId run, CancellationToken cancellationToken = default)
    {
        var record = await records.ReadAsync(run, cancellationToken).ConfigureAwait(false);
        return record?.ToStatus(interrupted: ownership.IsInterrupted(record, time.GetUtcNow()));
    }

    /// <summary>Runs in the ordinal order of their ids.</summary>
    /// <param name="after">Only runs after this id; null: from the first.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<RunStatus>> ListAsync(RunId? after = null, int count = int.MaxValue, CancellationToken cancellationToken = default)
    {
        var known = await records.ListAsync(cancellationToken).ConfigureAwait(false);
        var statuses = new List<RunStatus>();
        foreach (var run in known.Where(run => after is null || string.CompareOrdinal(run.ToString(), after.ToString()) > 0).Take(count))
        {
            if (await FindAsync(run, cancellationToken).ConfigureAwait(false) is { } status)
            {
                statuses.Add(status);
            }
        }

        return statuses;
    }
}
