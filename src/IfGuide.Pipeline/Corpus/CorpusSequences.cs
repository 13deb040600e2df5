using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Npy;

namespace IfGuide.Pipeline.Corpus;

/// <summary>The corpus as training data: its shards and their masks, mapped into memory.</summary>
internal sealed class CorpusSequences : ITrainingSequences, IDisposable
{
    private readonly CorpusShardFile[] shards;
    private readonly NpyFile[]? masks;
    private readonly long[] starts;
    private readonly int[] buffer;
    private readonly byte[] attention;

    /// <summary>Opens the corpus.</summary>
    /// <param name="view">The unit.</param>
    /// <param name="mask">Store name of a shard's mask; null: nothing is selected.</param>
    public CorpusSequences(InputView view, Func<int, string>? mask)
    {
        var inputs = view.Inputs;
        shards = [.. Enumerable.Range(0, inputs.Shards).Select(shard => CorpusShardFile.Open(view.Store.Fetch(inputs.ShardArtifact(shard))))];
        masks = mask is null ? null : [.. Enumerable.Range(0, inputs.Shards).Select(shard => NpyFile.Open(view.Store.Fetch(mask(shard))))];
        starts = [.. Enumerable.Range(0, inputs.Shards).Select(inputs.FirstSequence)];
        Count = inputs.Sequences;
        Length = inputs.SequenceLength;
        buffer = new int[Length];
        attention = new byte[Length];
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public int Length { get; }

    /// <inheritdoc/>
    public void Read(long sequence, SequenceRow row)
    {
        var found = Array.BinarySearch(starts, sequence);
        var shard = found >= 0 ? found : ~found - 1;
        var local = sequence - starts[shard];
        Span<int> tokens = buffer.AsSpan();
        shards[shard].InputIds(local, tokens);
        Widen(tokens, row.InputIds);
        shards[shard].Labels(local, tokens);
        Widen(tokens, row.Labels);
        if (shards[shard].HasAttentionMask)
        {
            shards[shard].AttentionMask(local, attention);
            for (var i = 0; i < attention.Length; i++)
            {
                row.Attended[i] = attention[i] != 0;
            }
        }

        masks?[shard].RowSpan<bool>(local, 1).CopyTo(row.Selected);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in shards)
        {
            file.Dispose();
        }

        foreach (var file in masks ?? [])
        {
            file.Dispose();
        }
    }

    private static void Widen(ReadOnlySpan<int> from, Span<long> to)
    {
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = from[i];
        }
    }
}
