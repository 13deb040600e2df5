using IfGuide.Numerics;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Corpus;

/// <summary>Batches of stored sequences. Their boundaries depend on the data and the kind of device only.</summary>
/// <remarks>A batch's tensors live until the next one is asked for.</remarks>
internal static class ShardBatches
{
    /// <summary>Every sequence of the unit's shard.</summary>
    public static IEnumerable<TokenBatch> OfShard(UnitContext context)
    {
        var shard = UnitNames.ShardOf(context.Unit.Name);
        return Read(context, context.Work, context.Inputs.ShardArtifact(shard), context.Inputs.FirstSequence(shard), _ => true);
    }

    /// <summary>The sequences of the unit's shard that the factors are fitted on.</summary>
    public static IEnumerable<TokenBatch> OfFactorSample(UnitContext context)
    {
        var shard = UnitNames.ShardOf(context.Unit.Name);
        var sample = FactorSample.Of(context);
        return Read(context, context.Work, context.Inputs.ShardArtifact(shard), context.Inputs.FirstSequence(shard), sample.Contains);
    }

    /// <summary>Some of the corpus' sequences.</summary>
    /// <param name="view">The corpus.</param>
    /// <param name="work">The device.</param>
    /// <param name="wanted">Which, by index in the corpus.</param>
    public static IEnumerable<TokenBatch> OfSequences(InputView view, DeviceWork work, IReadOnlySet<long> wanted)
    {
        for (var shard = 0; shard < view.Inputs.Shards; shard++)
        {
            var first = view.Inputs.FirstSequence(shard);
            var end = first + view.Inputs.ShardSequences[shard];
            if (!wanted.Any(sequence => sequence >= first && sequence < end))
            {
                continue;
            }

            foreach (var batch in Read(view, work, view.Inputs.ShardArtifact(shard), first, wanted.Contains))
            {
                yield return batch;
            }
        }
    }

    /// <summary>A query set.</summary>
    public static IEnumerable<TokenBatch> OfQueries(InputView view, DeviceWork work, PreparedQueries queries) =>
        Read(view, work, queries.Artifact, 0, _ => true);

    /// <summary>The sequences that hold some of the corpus' tokens.</summary>
    /// <param name="view">The corpus.</param>
    /// <param name="work">The device.</param>
    /// <param name="first">The first token: sequence × length + position.</param>
    /// <param name="count">How many.</param>
    /// <param name="labelled">Which tokens of the corpus keep their label; null: all.</param>
    public static IEnumerable<TokenBatch> OfTokens(
        InputView view, DeviceWork work, long first, int count, Func<long, bool>? labelled = null)
    {
        var length = view.Inputs.SequenceLength;
        return TokenSegment.Of(view.Inputs, first, count).SelectMany(segment =>
        {
            var offset = view.Inputs.FirstSequence(segment.Shard);
            var (from, to) = (offset + segment.First / length, offset + (segment.First + segment.Count - 1) / length);
            return Read(view, work, view.Inputs.ShardArtifact(segment.Shard), offset, sequence => sequence >= from && sequence <= to, labelled);
        });
    }

    private static IEnumerable<TokenBatch> Read(
        InputView view, DeviceWork work, string artifact, long offset, Func<long, bool> wanted, Func<long, bool>? labelled = null)
    {
        using var file = CorpusShardFile.Open(view.Store.Fetch(artifact));
        var rows = Enumerable.Range(0, checked((int)file.Sequences)).Where(row => wanted(offset + row)).ToArray();
        var batchRows = Math.Max(1, work.Session.BatchTokens / file.Length);
        work.Report("tokens", 0, rows.LongLength * file.Length);
        for (var first = 0; first < rows.Length; first += batchRows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(batchRows, rows.Length - first);
            yield return Load(work, file, rows.AsSpan(first, count), offset, labelled);
            work.Report("tokens", (first + count) * (long)file.Length, rows.LongLength * file.Length);
        }
    }

    private static TokenBatch Load(DeviceWork work, CorpusShardFile file, ReadOnlySpan<int> rows, long offset, Func<long, bool>? labelled)
    {
        var length = file.Length;
        int[] ids = new int[rows.Length * length], labels = new int[rows.Length * length];
        var mask = file.HasAttentionMask ? new byte[rows.Length * length] : null;
        var indices = new long[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            indices[i] = offset + rows[i];
            file.InputIds(rows[i], ids.AsSpan(i * length, length));
            file.Labels(rows[i], labels.AsSpan(i * length, length));
            for (var position = 0; labelled is not null && position < length; position++)
            {
                if (!labelled(indices[i] * length + position))
                {
                    labels[i * length + position] = (int)TokenBatch.NoLabel;
                }
            }

            if (mask is not null)
            {
                file.AttentionMask(rows[i], mask.AsSpan(i * length, length));
            }
        }

        Tensor Place(Tensor values) => values.reshape(indices.Length, length).to(ScalarType.Int64, work.Session.Device);
        return new TokenBatch(Place(tensor(ids)), Place(tensor(labels)), mask is null ? null : Place(tensor(mask)), indices);
    }
}
