using System.Runtime.CompilerServices;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Abstractions.Specification;
using IfGuide.Client.Clusters;

namespace IfGuide.Client;

/// <summary>One run. Holds no connection: it may be kept, and its calls survive the silo that answered the last one.</summary>
/// <remarks>
/// Results do not go through the cluster: they lie in the run's store. <c>IfGuide.Pipeline</c> opens them with that store and the status that
/// <see cref="WaitAsync"/> or <see cref="StatusAsync"/> gives, which names the run's specification and prepared inputs:
/// <code>
/// var status = await run.WaitAsync();
/// var results = await RunArtifacts.OpenAsync(store, status!);
/// using var scores = await results.ReadScoresAsync();
/// </code>
/// The same way lead <c>ReadMaskAsync</c>, <c>ReadOrderAsync</c>, <c>ReadFactorsAsync</c>, <c>ReadModelAsync</c> and <c>ReadMetricsAsync</c>.
/// </remarks>
public sealed class RunHandle
{
    private readonly Func<IRunGrain> find;
    private readonly GrainCaller caller;
    private readonly IfGuideClientOptions options;

    internal RunHandle(RunId id, Func<IRunGrain> find, GrainCaller caller, IfGuideClientOptions options)
    {
        Id = id;
        this.find = find;
        this.caller = caller;
        this.options = options;
    }

    /// <summary>The run's id.</summary>
    public RunId Id { get; }

    /// <summary>Where the run stands; null when there is no such run. Never starts anything.</summary>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <exception cref="ClusterUnavailableException">Nobody answers.</exception>
    public Task<RunStatus?> StatusAsync(CancellationToken cancellationToken = default) => caller.CallAsync($"status of {Id}", () => find().GetStatus(), cancellationToken);

    /// <summary>The specification last submitted; null when there is no such run.</summary>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <exception cref="ClusterUnavailableException">Nobody answers.</exception>
    public Task<RunSpec?> SpecificationAsync(CancellationToken cancellationToken = default) => caller.CallAsync($"specification of {Id}", () => find().GetSpecification(), cancellationToken);

    /// <summary>The run's recent events and then each as it happens, until the run ends; of a stage's progress only the latest is told.</summary>
    /// <param name="after">Sequence number of the last event already seen; 0 for all.</param>
    /// <param name="cancellationToken">Stops watching, not the run.</param>
    /// <returns>Events in order. Ends after Done, Failed or Cancelled, unless the coordinator that said so died before that was written and another one goes on; at once when the run does not exist; without an ending event when the run is interrupted.</returns>
    /// <exception cref="ClusterUnavailableException">Nobody answers.</exception>
    public async IAsyncEnumerable<RunEvent> WatchAsync(long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var seen = after;
            var events = await caller.CallAsync($"events of {Id}", () => find().GetEvents(seen, options.EventWait), options.WatchersGiveUpAfter, cancellationToken).ConfigureAwait(false);
            var ends = events.Count == 0;
            foreach (var happened in events)
            {
                after = happened.Sequence;
                ends |= happened.Kind is RunEventKind.Done or RunEventKind.Failed or RunEventKind.Cancelled;
                yield return happened;
            }

            if (ends && await caller.CallAsync($"status of {Id}", () => find().GetStatus(), options.WatchersGiveUpAfter, cancellationToken).ConfigureAwait(false) is not { State: RunState.Running })
            {
                yield break;
            }
        }
    }

    /// <summary>Waits for the run's end.</summary>
    /// <param name="cancellationToken">Stops waiting, not the run.</param>
    /// <returns>Its last status; null when there is no such run.</returns>
    /// <exception cref="ClusterUnavailableException">Nobody answers.</exception>
    public async Task<RunStatus?> WaitAsync(CancellationToken cancellationToken = default)
    {
        await foreach (var happened in WatchAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            _ = happened;
        }

        return await StatusAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the run; finished units stay and <see cref="ResumeAsync"/> goes on from them. Stops it in another process, too.</summary>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <returns>Its status, which may still be running when another process is slow to see the request; null when there is no such run.</returns>
    /// <exception cref="ClusterUnavailableException">Nobody answers.</exception>
    public Task<RunStatus?> CancelAsync(CancellationToken cancellationToken = default) => caller.CallAsync($"cancel {Id}", () => find().Cancel(), cancellationToken);

    /// <summary>Resumes a cancelled, failed or interrupted run.</summary>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <returns>Its status; null when there is no such run.</returns>
    /// <exception cref="UserErrorException">Another process runs it.</exception>
    /// <exception cref="ClusterUnavailableException">Nobody answers.</exception>
    public Task<RunStatus?> ResumeAsync(CancellationToken cancellationToken = default) => caller.CallAsync($"resume {Id}", () => find().Resume(), cancellationToken);

    /// <summary>Deletes the run's records and every artifact that no other run refers to.</summary>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <returns>Whether there was such a run.</returns>
    /// <exception cref="UserErrorException">Another process runs it, or another run is being prepared.</exception>
    /// <exception cref="ClusterUnavailableException">Nobody answers.</exception>
    public Task<bool> DeleteAsync(CancellationToken cancellationToken = default) => caller.CallAsync($"delete {Id}", () => find().Delete(), cancellationToken);
}
