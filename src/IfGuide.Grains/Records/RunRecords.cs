using IfGuide.Abstractions;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Records;

/// <summary>Reads the records of runs, whoever runs them, and carries requests to cancel between processes.</summary>
/// <param name="records">The store's records.</param>
public sealed class RunRecords(IRecordStore records)
{
    private const string Runs = RunRecord.StateName + "/";
    private const string Unfinished = "unfinished/";
    private const string Suffix = ".json";

    /// <summary>The ids of every run, in ordinal order.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<RunId>> ListAsync(CancellationToken cancellationToken = default) =>
        ListAsync(Runs, cancellationToken);

    /// <summary>The ids of the runs that should be running, so that a supervisor need not read the record of every run that ever was.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<RunId>> ListUnfinishedAsync(CancellationToken cancellationToken = default) =>
        ListAsync(Unfinished, cancellationToken);

    /// <summary>Notes that a run should be running.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task AddUnfinishedAsync(RunId run, CancellationToken cancellationToken = default) =>
        await records.WriteAsync($"{Unfinished}{run}{Suffix}", "{}"u8.ToArray(), tag: null, cancellationToken);

    /// <summary>Notes that a run has ended.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task RemoveUnfinishedAsync(RunId run, CancellationToken cancellationToken = default) =>
        await records.DeleteAsync($"{Unfinished}{run}{Suffix}", tag: null, cancellationToken);

    /// <summary>A run's record; null when there is none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<RunRecord?> ReadAsync(RunId run, CancellationToken cancellationToken = default)
    {
        var name = $"{Runs}{run}{Suffix}";
        var record = await records.ReadAsync(name, cancellationToken);
        return record is null ? null : RecordJson.Read<RunRecord>(name, record.Bytes);
    }

    /// <summary>Asks whoever runs it to cancel a run; it looks every second.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    public async Task RequestCancelAsync(RunId run, CancellationToken cancellationToken = default) =>
        await records.WriteAsync(CancelName(run), "{}"u8.ToArray(), tag: null, cancellationToken);

    /// <summary>Whether a run was asked to cancel.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<bool> IsCancelRequestedAsync(RunId run, CancellationToken cancellationToken = default) =>
        await records.ReadAsync(CancelName(run), cancellationToken) is not null;

    /// <summary>Forgets a request to cancel.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task ClearCancelAsync(RunId run, CancellationToken cancellationToken = default) =>
        await records.DeleteAsync(CancelName(run), tag: null, cancellationToken);

    private async Task<IReadOnlyList<RunId>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var ids = new List<RunId>();
        await foreach (var name in records.ListAsync(prefix, cancellationToken))
        {
            if (name.EndsWith(Suffix, StringComparison.Ordinal)
                && RunId.TryParse(name[prefix.Length..^Suffix.Length], out var id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    private static string CancelName(RunId run) => $"cancellations/{run}{Suffix}";
}
