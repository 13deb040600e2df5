using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Selection;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Selection;

/// <summary>The scores of one behaviour of a run that has come past its scoring, with the labels that say where a score counts; mapped into memory, never read whole.</summary>
public sealed class RunScores : IScoreShards, IDisposable
{
    private readonly StoredScores scores;

    /// <summary>Opens the scores.</summary>
    /// <param name="store">The store.</param>
    /// <param name="specification">The run.</param>
    /// <param name="inputs">Its prepared inputs.</param>
    /// <param name="behaviour">The behaviour; null: the run's only one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArtifactNotFoundException">The run has not come so far.</exception>
    public RunScores(IArtifactStore store, RunSpec specification, PreparedInputs inputs, string? behaviour = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentNullException.ThrowIfNull(inputs);
        var view = RunView.Open(store, specification, inputs, cancellationToken);
        scores = new StoredScores(view, view.Names.Behaviour(behaviour));
        CorpusTokens = inputs.AttendedTokens;
        Kind = SelectionUnit.KindOf(specification);
    }

    /// <summary>Tokens that a share of the corpus is a share of.</summary>
    public long CorpusTokens { get; }

    /// <summary>How the selection treats these scores.</summary>
    public SelectionKind Kind { get; }

    /// <inheritdoc/>
    public int Count => scores.Count;

    /// <inheritdoc/>
    public ScoreShape Shape(int shard) => scores.Shape(shard);

    /// <inheritdoc/>
    public void Read(int shard, long firstRow, long rows, ScoreBlock block) => scores.Read(shard, firstRow, rows, block);

    /// <summary>Closes the scores.</summary>
    public void Dispose() => scores.Dispose();
}
