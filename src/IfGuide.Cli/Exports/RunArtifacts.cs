using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Specification;
using IfGuide.Cli.Sessions;
using IfGuide.Pipeline.Explaining;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Selection;
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
        var status = await session.StatusAsync(id, cancellationToken);
        var inputs = status.Inputs ?? throw new UserErrorException($"Run '{id}' has computed nothing yet; 'ifguide resume {id}' goes on with it.");
        return new RunArtifacts(
            session.Store,
            status,
            await SpecificationStore.GetAsync(session.Store, status.Specification, cancellationToken),
            await PreparedInputs.LoadAsync(session.Store, inputs, cancellationToken));
    }

    /// <summary>What was computed for one behaviour.</summary>
    /// <param name="name">Its name; null: the run's only one.</param>
    /// <exception cref="UserErrorException">The run has none of that name, or several and none was named.</exception>
    public BehaviourNames Behaviour(string? name)
    {
        var known = Names.Behaviours.Select(behaviour => behaviour.Name).OfType<string>().ToArray();
        return (name, known) switch
        {
            (null, _) when Names.Behaviours is [var only] => only,
            (null, _) => throw new UserErrorException($"Run '{Status.Run}' has several behaviours: {string.Join(", ", known)}. Choose one with --behaviour NAME."),
            (_, []) => throw new UserErrorException($"--behaviour is '{name}', but the queries of run '{Status.Run}' name no behaviours; leave the option out."),
            _ when known.Contains(name) => Names.Behaviour(name),
            _ => throw new UserErrorException($"Run '{Status.Run}' has no behaviour '{name}'; did you mean '{NearestName.Of(name, known)}'? It has {string.Join(", ", known)}."),
        };
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

    /// <summary>Opens the results of one behaviour for looking at tokens.</summary>
    /// <exception cref="UserErrorException">There is no such behaviour, or the run has not come past its selection.</exception>
    public RunResults OpenResults(string? behaviour, CancellationToken cancellationToken)
    {
        var name = Behaviour(behaviour).Name;
        try
        {
            return new RunResults(Store, Specification, Inputs, name, cancellationToken);
        }
        catch (ArtifactNotFoundException exception)
        {
            throw NotYet("selection", exception);
        }
    }

    /// <summary>What the run's report tells.</summary>
    /// <exception cref="UserErrorException">The run has not come to its end.</exception>
    public ReportData ReadReport(CancellationToken cancellationToken)
    {
        try
        {
            return RunReport.Read(Store, Specification, Inputs, cancellationToken);
        }
        catch (ArtifactNotFoundException exception)
        {
            throw NotYet("report", exception);
        }
    }

    /// <summary>Opens the scores of one behaviour.</summary>
    /// <exception cref="UserErrorException">There is no such behaviour, or the run has not come past its scoring.</exception>
    public RunScores OpenScores(string? behaviour, CancellationToken cancellationToken)
    {
        var name = Behaviour(behaviour).Name;
        try
        {
            return new RunScores(Store, Specification, Inputs, name, cancellationToken);
        }
        catch (ArtifactNotFoundException exception)
        {
            throw NotYet("scores", exception);
        }
    }

    /// <summary>Explains one document's scores for one behaviour on a device of this machine; null when there is none of that id.</summary>
    /// <exception cref="UserErrorException">The run has not come past its scoring, or the document has no such token.</exception>
    public DocumentExplanation? Explain(string document, string? behaviour, int? token, int queries, bool layers, string device, CancellationToken cancellationToken)
    {
        var name = Behaviour(behaviour).Name;
        try
        {
            using var explainer = new DocumentExplainer(Store, Specification, Inputs, name, device, cancellationToken);
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
