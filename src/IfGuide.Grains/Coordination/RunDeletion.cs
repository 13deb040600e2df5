using IfGuide.Abstractions;
using IfGuide.Grains.Records;

namespace IfGuide.Grains.Coordination;

/// <summary>Deletes what a run made and no other run refers to.</summary>
internal static class RunDeletion
{
    /// <param name="services">The silo's services.</param>
    /// <param name="record">The run's record.</param>
    /// <exception cref="UserErrorException">Another run is being prepared, so that it is unknown what it refers to.</exception>
    public static async Task DeleteArtifactsAsync(RunServices services, RunRecord record)
    {
        var kept = new HashSet<string>();
        foreach (var run in await services.Records.ListAsync())
        {
            if (run == record.Run || await services.Records.ReadAsync(run) is not { } other)
            {
                continue;
            }

            var isPreparing = other is { State: RunState.Running, Inputs: null };
            if (isPreparing && !services.Ownership.IsInterrupted(other, services.Time.GetUtcNow()))
            {
                throw new UserErrorException(
                    $"Run '{record.Run}' cannot be deleted now: run '{run}' is preparing its inputs and may share them. "
                    + $"Try again when 'ifguide status {run}' shows its next stage.");
            }

            kept.UnionWith(await ReferencesAsync(services, other));
        }

        foreach (var reference in (await ReferencesAsync(services, record)).Except(kept))
        {
            await DeleteAsync(services, reference);
        }
    }

    private static async Task<HashSet<string>> ReferencesAsync(RunServices services, RunRecord record)
    {
        var references = new HashSet<string>();
        foreach (var version in record.Versions)
        {
            references.UnionWith(await services.Planner.ReferencesAsync(version));
        }

        return references;
    }

    private static async Task DeleteAsync(RunServices services, string reference)
    {
        if (!reference.EndsWith('/'))
        {
            await services.Store.DeleteAsync(reference);
            return;
        }

        var names = new List<string>();
        await foreach (var artifact in services.Store.ListAsync(reference))
        {
            names.Add(artifact.Name);
        }

        foreach (var name in names)
        {
            await services.Store.DeleteAsync(name);
        }
    }
}
