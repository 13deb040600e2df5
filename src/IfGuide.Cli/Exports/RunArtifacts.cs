using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Cli.Sessions;
using IfGuide.Pipeline;
using IfGuide.Pipeline.Explaining;
using IfGuide.Pipeline.Reporting;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Cli.Exports;

/// <summary>A run's artifacts by what they are.</summary>
internal sealed class RunArtifacts
{
    private RunArtifacts(IArtifactStore store, RunStatus status, RunSpec specification, PreparedInputs inputs)
    {
        Store = store;
        Status = status;
        Specification = specification;
        Inputs = inputs;
        Names = new ArtifactNames(specification, inputs);
    }

    public IArtifactStore Store { get; }

    public RunStatus Status { get; }

    public RunSpec Specification { get; }

    public PreparedInputs Inputs { get; }

    public ArtifactNames Names { get; }

    /// <summary>Reads what determines a run's artifacts.</summary>
    /// <exception cref="UserErrorException">There is no such run, or its inputs are not prepared yet.</exception>
    public static async Task<RunArtifacts> OpenAsync(RunSession session, string id, CancellationToken cancellationToken)
    {
        var (_, status) = await session.FindAsync(id, cancellationToken);
        var inputs = status.Inputs ?? throw new UserErrorException($"Run '{id}' has computed nothing yet; 'ifguide resume {id}' goes on with it.");
        return new RunArtifacts(
            session.Store,
            status,
            await SpecificationStore.GetAsync(session.Store, status.Specification, cancellationToken),
            await PreparedInputs.LoadAsync(session.Store, inputs, cancellationToken));
    }

    /// <summary>A verified local file with an artifact's bytes.</summary>
    /// <param name="name">Its store name.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">The run has not come so far.</exception>
    public async Task<string> FetchAsync(string name, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await Store.FetchAsync(name, cancellationToken);
        }
        catch (ArtifactNotFoundException exception)
        {
            throw NotYet(what, exception);
        }
    }

    /// <summary>Opens the results for looking at tokens.</summary>
    /// <exception cref="UserErrorException">The run has not come past its selection.</exception>
    public RunResults OpenResults(CancellationToken cancellationToken)
    {
        try
        {
            return new RunResults(Store, Specification, Inputs, cancellationToken);
        }
        catch (ArtifactNotFoundException exception)
        {
            throw NotYet("selection", exception);
        }
    }

    /// <summary>Opens the scores.</summary>
    /// <exception cref="UserErrorException">The run has not come past its scoring.</exception>
    public RunScores OpenScores(CancellationToken cancellationToken)
    {
        try
        {
            return new RunScores(Store, Specification, Inputs, cancellationToken);
        }
        catch (ArtifactNotFoundException exception)
        {
            throw NotYet("scores", exception);
        }
    }

    /// <summary>Explains one document on a device of this machine; null when there is none of that id.</summary>
    /// <exception cref="UserErrorException">The run has not come past its scoring, or the document has no such token.</exception>
    public DocumentExplanation? Explain(string document, int? token, int queries, bool layers, string device, CancellationToken cancellationToken)
    {
        try
        {
            using var explainer = new DocumentExplainer(Store, Specification, Inputs, device, cancellationToken);
            return explainer.Explain(document, token, queries, layers);
        }
        catch (ArtifactNotFoundException exception)
        {
            throw NotYet("scores", exception);
        }
    }

    /// <summary>The error that a run has not come so far.</summary>
    public UserErrorException NotYet(string what, Exception cause) =>
        new($"Run '{Status.Run}' has no {what} yet (it is {Status.State.ToString().ToLowerInvariant()}); 'ifguide resume {Status.Run}' goes on with it.", cause);

    /// <summary>The files of every corpus shard, in order.</summary>
    public async Task<IReadOnlyList<string>> FetchShardsAsync(Func<int, string> name, string what, CancellationToken cancellationToken)
    {
        var files = new List<string>(Inputs.Shards);
        for (var shard = 0; shard < Inputs.Shards; shard++)
        {
            files.Add(await FetchAsync(name(shard), what, cancellationToken));
        }

        return files;
    }
}
