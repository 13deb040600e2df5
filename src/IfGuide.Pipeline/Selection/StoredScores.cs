using IfGuide.Numerics;
using IfGuide.Numerics.Selection;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Npy;

namespace IfGuide.Pipeline.Selection;

/// <summary>The scores of one behaviour of a run, shard by shard, with the labels that say where a score means something.</summary>
internal sealed class StoredScores : IScoreShards, IDisposable
{
    private const int BlockRows = 256;
    private readonly InputView view;
    private readonly NpyFile[] scores;
    private readonly CorpusShardFile[] tokens;

    public StoredScores(InputView view, BehaviourNames behaviour)
    {
        this.view = view;
        var shards = Enumerable.Range(0, view.Inputs.Shards);
        scores = [.. shards.Select(shard => NpyFile.Open(view.Store.Fetch(behaviour.Scores(shard))))];
        tokens = [.. shards.Select(shard => CorpusShardFile.Open(view.Store.Fetch(view.Inputs.ShardArtifact(shard))))];
    }

    /// <inheritdoc/>
    public int Count => scores.Length;

    /// <inheritdoc/>
    public ScoreShape Shape(int shard) => new(scores[shard].Rows, view.Inputs.SequenceLength);

    /// <inheritdoc/>
    public void Read(int shard, long firstRow, long rows, ScoreBlock block)
    {
        var length = view.Inputs.SequenceLength;
        var labels = new int[length];
        var labelled = new bool[Math.Min(BlockRows, rows) * length];
        for (var first = firstRow; first < firstRow + rows; first += BlockRows)
        {
            view.CancellationToken.ThrowIfCancellationRequested();
            var count = (int)Math.Min(BlockRows, firstRow + rows - first);
            for (var row = 0; row < count; row++)
            {
                tokens[shard].Labels(first + row, labels);
                for (var position = 0; position < length; position++)
                {
                    labelled[row * length + position] = labels[position] != TokenBatch.NoLabel;
                }
            }

            block(first, scores[shard].RowSpan<float>(first, count), labelled.AsSpan(0, count * length));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in scores)
        {
            file.Dispose();
        }

        foreach (var file in tokens)
        {
            file.Dispose();
        }
    }
}
