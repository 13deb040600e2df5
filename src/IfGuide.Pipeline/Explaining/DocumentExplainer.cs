using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Runtime;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Npy;

namespace IfGuide.Pipeline.Explaining;

/// <summary>Explains documents of a run on this machine's device, from the run's stored proxy, factors and queries. Stores nothing.</summary>
public sealed class DocumentExplainer : IDisposable
{
    private readonly DeviceSession session;
    private readonly RunContext context;
    private readonly BehaviourNames behaviour;

    /// <summary>Opens a run that has come past its scoring.</summary>
    /// <param name="store">The store.</param>
    /// <param name="specification">The run.</param>
    /// <param name="inputs">Its prepared inputs.</param>
    /// <param name="behaviour">The behaviour whose scores are explained; null: the run's only one.</param>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public DocumentExplainer(IArtifactStore store, RunSpec specification, PreparedInputs inputs, string? behaviour = null, string device = "cpu", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(specification);
        session = new DeviceSession(device);
        context = new RunContext
        {
            Specification = specification,
            Inputs = inputs,
            Names = new ArtifactNames(specification, inputs),
            Store = new BlockingStore(store, cancellationToken),
            Work = new DeviceWork(session, progress: null, cancellationToken),
        };
        this.behaviour = context.Names.Behaviour(behaviour);
    }

    /// <summary>Opens a run that has come past its scoring.</summary>
    /// <param name="run">The run.</param>
    /// <param name="behaviour">The behaviour whose scores are explained; null: the run's only one.</param>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">There is no such behaviour.</exception>
    public static DocumentExplainer Open(
        RunArtifacts run, string? behaviour = null, string device = "cpu", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var name = run.FindBehaviour(behaviour).Name;
        return new DocumentExplainer(run.Store, run.Specification, run.Inputs, name, device, cancellationToken);
    }

    /// <summary>Explains one document.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="token">One of its tokens, counted from its first; null: all together.</param>
    /// <param name="queries">So many queries of each set; 0: none.</param>
    /// <param name="layers">Whether to split the score by layer.</param>
    /// <returns>Null when there is no document of that id.</returns>
    /// <exception cref="UserErrorException">The document has no such token.</exception>
    /// <exception cref="ArtifactNotFoundException">The run has not come so far.</exception>
    public DocumentExplanation? Explain(string id, int? token = null, int queries = 0, bool layers = false)
    {
        if (DocumentRange.Of(context).FirstOrDefault(found => found.Id == id) is not { } range)
        {
            return null;
        }

        if (token is { } wanted && (wanted < 0 || wanted >= range.Count))
        {
            throw new UserErrorException($"Document '{id}' has {range.Count} tokens; expected one of 0 to {range.Count - 1}, found {wanted}.");
        }

        TorchRuntime.Load(); // before the first mention of a tensor, which would make TorchSharp look for libtorch itself
        var target = token is { } place ? new TokenTarget(range.First + place, 1) : new TokenTarget(range.First, range.Count);
        return new DocumentExplanation
        {
            Id = id,
            Token = token,
            Score = StoredScore(target),
            Queries = queries > 0 ? QuerySearch.Nearest(context, behaviour.Queries, target, queries) : null,
            Layers = layers ? LayerSplit.Of(context, behaviour, range, target) : [],
        };
    }

    /// <summary>Frees models and factors.</summary>
    public void Dispose() => session.Dispose();

    private double StoredScore(TokenTarget target)
    {
        var sum = 0.0;
        foreach (var segment in TokenSegment.Of(context.Inputs, target.First, target.Count))
        {
            using var scores = NpyFile.Open(context.Store.Fetch(behaviour.Scores(segment.Shard)));
            for (var token = segment.First; token < segment.First + segment.Count; token++)
            {
                var (row, position) = Math.DivRem(token, context.Inputs.SequenceLength);
                sum += scores.RowSpan<float>(row, 1)[(int)position];
            }
        }

        return sum;
    }
}
