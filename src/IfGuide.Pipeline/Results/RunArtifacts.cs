using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Results.Metrics;
using IfGuide.Pipeline.Runs;
using IfGuide.Pipeline.Selection;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Results;

/// <summary>The results of a run by what they are: scores, masks, orders, factors, models and metrics, read from the store without computing anything.</summary>
/// <remarks>
/// A program opens them with the store of the run and a status, which its <c>RunHandle</c> gives:
/// <code>
/// var run = await client.SubmitAsync(specification);
/// var status = await run.WaitAsync();
/// var results = await RunArtifacts.OpenAsync(ArtifactStores.Open("file:./.ifguide", "."), status!);
/// using var scores = await results.ReadScoresAsync();
/// foreach (float[] sequence in scores.ReadRows()) { … }
/// </code>
/// Arrays are mapped into memory and read by rows, so a corpus of any size needs no memory of its size. What the run has not computed yet is refused with
/// a <see cref="UserErrorException"/>. <c>RunExports</c> writes each result as a file for other programs.
/// </remarks>
public sealed class RunArtifacts
{
    private RunArtifacts(IArtifactStore store, RunStatus? status, RunSpec specification, PreparedInputs inputs)
    {
        Store = store;
        Status = status;
        Specification = specification;
        Inputs = inputs;
        Names = new ArtifactNames(specification, inputs);
    }

    /// <summary>The store.</summary>
    public IArtifactStore Store { get; }

    /// <summary>Where the run stood when this was opened; null: it was opened without a status.</summary>
    public RunStatus? Status { get; }

    /// <summary>The run.</summary>
    public RunSpec Specification { get; }

    /// <summary>Its prepared inputs: how the corpus is cut into shards and sequences, for instance.</summary>
    public PreparedInputs Inputs { get; }

    /// <summary>Store names of its artifacts.</summary>
    public ArtifactNames Names { get; }

    /// <summary>Names of its behaviours, in order; empty: it has one without a name.</summary>
    public IReadOnlyList<string> Behaviours => [.. Names.Behaviours.Select(behaviour => behaviour.Name).OfType<string>()];

    /// <summary>Names of its models: <c>proxy</c>, then those that it compares, in order.</summary>
    public IReadOnlyList<string> Models => [UnitNames.Proxy, .. Names.Variants];

    /// <summary>Opens the results of a run from its status.</summary>
    /// <param name="store">The store that the run computes into.</param>
    /// <param name="status">Its status. The run may go on meanwhile: what it computes later is found, too.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">The run's inputs are not prepared yet.</exception>
    /// <exception cref="ArtifactNotFoundException">The store is not the run's.</exception>
    /// <exception cref="OtherBuildException">A newer build wrote the run.</exception>
    public static async Task<RunArtifacts> OpenAsync(
        IArtifactStore store, RunStatus status, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(status);
        if (status.Inputs is not { } inputs)
        {
            throw new UserErrorException(
                $"Run '{status.Run}' has computed nothing yet; 'ifguide resume {status.Run}' goes on with it.");
        }

        var specification = await SpecificationStore.GetAsync(store, status.Specification, cancellationToken);
        return new RunArtifacts(store, status, specification, await PreparedInputs.LoadAsync(store, inputs, cancellationToken));
    }

    /// <summary>Opens the results of a run whose specification and inputs are known.</summary>
    /// <param name="store">The store that the run computes into.</param>
    /// <param name="specification">The run.</param>
    /// <param name="inputs">Its prepared inputs.</param>
    public static RunArtifacts Open(IArtifactStore store, RunSpec specification, PreparedInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentNullException.ThrowIfNull(inputs);
        return new RunArtifacts(store, status: null, specification, inputs);
    }

    /// <summary>Opens the scores of every token for one behaviour: float32 [sequences, tokens].</summary>
    /// <param name="behaviour">The behaviour; null: the run's only one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The array; the caller disposes it.</returns>
    /// <exception cref="UserErrorException">There is no such behaviour, or the run has not come past its scoring.</exception>
    public async Task<RunArray<float>> ReadScoresAsync(string? behaviour = null, CancellationToken cancellationToken = default) =>
        new(await FetchShardsAsync(FindBehaviour(behaviour).Scores, "scores", cancellationToken));

    /// <summary>Opens a mask, bool [sequences, tokens]: true where a token is selected.</summary>
    /// <param name="behaviour">The behaviour; null: what any behaviour selected, which training suppresses.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The array; the caller disposes it.</returns>
    /// <exception cref="UserErrorException">There is no such behaviour, or the run has not come past its selection.</exception>
    public async Task<RunArray<bool>> ReadMaskAsync(string? behaviour = null, CancellationToken cancellationToken = default)
    {
        Func<int, string> names = behaviour is null ? Names.Mask : FindBehaviour(behaviour).Mask;
        return new RunArray<bool>(await FetchShardsAsync(names, "mask", cancellationToken));
    }

    /// <summary>Opens the order of the sequences, int64 [sequences]: by descending rank score.</summary>
    /// <param name="behaviour">The behaviour; null: the run's only one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The array; the caller disposes it.</returns>
    /// <exception cref="UserErrorException">There is no such behaviour, or the run has not come past its selection.</exception>
    public async Task<RunArray<long>> ReadOrderAsync(string? behaviour = null, CancellationToken cancellationToken = default) =>
        new([await FetchAsync(FindBehaviour(behaviour).Order, "order", cancellationToken)]);

    /// <summary>Opens the factors and query gradients of the proxy.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The factors; the caller disposes them.</returns>
    /// <exception cref="UserErrorException">The run has not come past its queries.</exception>
    public Task<RunFactors> ReadFactorsAsync(CancellationToken cancellationToken = default) =>
        FactorReader.ReadAsync(this, cancellationToken);

    /// <summary>Finds a trained model.</summary>
    /// <param name="model">One of <see cref="Models"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">There is no such model, or it is not trained yet.</exception>
    public async Task<RunModel> ReadModelAsync(string model = Variants.Suppressed, CancellationToken cancellationToken = default)
    {
        var (weights, prepared) = FindModel(model);
        var path = await FetchAsync(weights, "trained model", cancellationToken);
        return await ReadModelAsync(model, path, prepared, step: null, cancellationToken);
    }

    /// <summary>Finds the newest checkpoint of a training that has not ended.</summary>
    /// <param name="model">One of <see cref="Models"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The checkpoint; null: the training has ended, or has not come to its first.</returns>
    /// <exception cref="UserErrorException">There is no such model.</exception>
    public async Task<RunModel?> FindCheckpointAsync(
        string model = Variants.Suppressed, CancellationToken cancellationToken = default)
    {
        var (weights, prepared) = FindModel(model);
        (string Name, long Step)? newest = null;
        await foreach (var artifact in Store.ListAsync(weights[..(weights.LastIndexOf('/') + 1)], cancellationToken))
        {
            if (ArtifactNames.StepOfCheckpoint(artifact.Name) is { } step && (newest is null || step > newest.Value.Step))
            {
                newest = (artifact.Name, step);
            }
        }

        if (newest is not { } found)
        {
            return null;
        }

        var path = await FetchAsync(found.Name, "checkpoint", cancellationToken);
        return await ReadModelAsync(model, path, prepared, found.Step, cancellationToken);
    }

    /// <summary>Reads the run's figures.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">The run has not come to its end.</exception>
    public async Task<RunMetrics> ReadMetricsAsync(CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(await FetchAsync(Names.Metrics, "metrics", cancellationToken));
        return await RunMetrics.ReadAsync(file, cancellationToken);
    }

    /// <summary>Where each document of the corpus lies in the arrays, in corpus order; sequences where the corpus has no documents.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <remarks><see cref="RunArray{T}.Read"/> of <see cref="DocumentRange.First"/> gives the document's entries.</remarks>
    public IEnumerable<DocumentRange> ReadDocuments(CancellationToken cancellationToken = default) =>
        DocumentRange.Of(RunView.Open(Store, Specification, Inputs, cancellationToken));

    /// <summary>Opens what one behaviour has for looking at tokens: documents with texts, scores and suppressed spans.</summary>
    /// <param name="behaviour">The behaviour; null: the run's only one.</param>
    /// <param name="cancellationToken">Cancels this call and all reading.</param>
    /// <exception cref="UserErrorException">There is no such behaviour, or the run has not come past its selection.</exception>
    public RunResults OpenResults(string? behaviour = null, CancellationToken cancellationToken = default)
    {
        var name = FindBehaviour(behaviour).Name;
        return Require("selection", () => new RunResults(Store, Specification, Inputs, name, cancellationToken));
    }

    /// <summary>Opens the scores of one behaviour as a selection reads them, with the labels that say where a score counts.</summary>
    /// <param name="behaviour">The behaviour; null: the run's only one.</param>
    /// <param name="cancellationToken">Cancels this call and all reading.</param>
    /// <exception cref="UserErrorException">There is no such behaviour, or the run has not come past its scoring.</exception>
    public RunScores OpenScores(string? behaviour = null, CancellationToken cancellationToken = default)
    {
        var name = FindBehaviour(behaviour).Name;
        return Require("scores", () => new RunScores(Store, Specification, Inputs, name, cancellationToken));
    }

    /// <summary>A verified local file with an artifact's bytes.</summary>
    /// <param name="name">Its store name.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">The run has not come so far.</exception>
    public async Task<string> FetchAsync(string name, string what, CancellationToken cancellationToken = default)
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

    /// <summary>Reads something that needs artifacts of the run.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="UserErrorException">The run has not come so far.</exception>
    public T Require<T>(string what, Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return read();
        }
        catch (ArtifactNotFoundException exception)
        {
            throw NotYet(what, exception);
        }
    }

    /// <summary>What was computed for one behaviour.</summary>
    /// <param name="name">Its name; null: the run's only one.</param>
    /// <exception cref="UserErrorException">The run has none of that name, or several and none was named.</exception>
    public BehaviourNames FindBehaviour(string? name)
    {
        if (name is null && Names.Behaviours is [var only])
        {
            return only;
        }

        if (Names.Behaviours.FirstOrDefault(behaviour => behaviour.Name == name) is { } found)
        {
            return found;
        }

        var (id, all) = (Specification.Run, string.Join(", ", Behaviours));
        throw new UserErrorException((name, Behaviours) switch
        {
            (null, _) => $"Run '{id}' has several behaviours: {all}. Name one.",
            (_, []) => $"The queries of run '{id}' name no behaviours; leave '{name}' out.",
            _ => $"Run '{id}' has no behaviour '{name}'. It has {all}.",
        });
    }

    private UserErrorException NotYet(string what, Exception cause)
    {
        var (id, state) = (Specification.Run, string.Empty);
        if (Status is not null)
        {
            state = $" (it is {Status.State.ToString().ToLowerInvariant()})";
        }

        return new UserErrorException($"Run '{id}' has no {what} yet{state}; 'ifguide resume {id}' goes on with it.", cause);
    }

    private (string Weights, PreparedModel Prepared) FindModel(string model)
    {
        if (model == UnitNames.Proxy)
        {
            return (Names.ProxyWeights, Inputs.Proxy);
        }

        if (Inputs.Target is { } target && Names.Variants.Contains(model))
        {
            return (Names.TrainedWeights(model), target);
        }

        throw new UserErrorException($"Run '{Specification.Run}' trains no model '{model}'; it has {string.Join(", ", Models)}.");
    }

    private async Task<RunModel> ReadModelAsync(
        string name, string weightsPath, PreparedModel prepared, long? step, CancellationToken cancellationToken) => new()
        {
            Name = name,
            ConfigurationPath = await FetchAsync(prepared.Configuration, "configuration", cancellationToken),
            WeightsPath = weightsPath,
            TokenizerPath = Inputs.Tokenizer is { } tokenizer ? await FetchAsync(tokenizer, "tokenizer", cancellationToken) : null,
            Step = step,
        };

    /// <summary>The files of every corpus shard, in order.</summary>
    private async Task<IReadOnlyList<string>> FetchShardsAsync(
        Func<int, string> name, string what, CancellationToken cancellationToken)
    {
        var files = new List<string>(Inputs.Shards);
        for (var shard = 0; shard < Inputs.Shards; shard++)
        {
            files.Add(await FetchAsync(name(shard), what, cancellationToken));
        }

        return files;
    }
}
