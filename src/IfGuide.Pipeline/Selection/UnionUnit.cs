using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using MessagePack;

namespace IfGuide.Pipeline.Selection;

/// <summary>The tokens that any behaviour selected, and how far the behaviours agree: in one pass over their masks.</summary>
internal static class UnionUnit
{
    public static void Run(UnitContext context)
    {
        var behaviours = context.Names.Behaviours;
        var counts = new Counts(behaviours.Count);
        for (var shard = 0; shard < context.Inputs.Shards; shard++)
        {
            context.Report("shards", shard, context.Inputs.Shards);
            Put(context, behaviours, shard, counts);
        }

        context.Report("shards", context.Inputs.Shards, context.Inputs.Shards);
        var overlaps = from first in Enumerable.Range(0, behaviours.Count)
                       from second in Enumerable.Range(first + 1, behaviours.Count - first - 1)
                       select new SharedTokensRecord { First = behaviours[first].Name!, Second = behaviours[second].Name!, Tokens = counts.Pairs[first, second] };
        var record = new UnionRecord
        {
            SelectedTokens = counts.Selected,
            CorpusTokens = context.Inputs.AttendedTokens,
            SelectedSequences = counts.SelectedSequences,
            Sequences = context.Inputs.Sequences,
            SharedTokens = counts.Shared,
            Overlaps = [.. overlaps],
        };
        context.Store.Put(context.Unit.Artifact, stream => MessagePackSerializer.Serialize(stream, record));
    }

    private static void Put(UnitContext context, IReadOnlyList<BehaviourNames> behaviours, int shard, Counts counts)
    {
        var masks = behaviours.Select(behaviour => NpyFile.Open(context.Store.Fetch(behaviour.Mask(shard)))).ToArray();
        try
        {
            context.Store.Put(context.Names.Mask(shard), stream =>
            {
                var length = context.Inputs.SequenceLength;
                var writer = new NpyWriter(stream, ElementType.Bool, [context.Inputs.ShardSequences[shard], length]);
                var row = new bool[length];
                for (long sequence = 0; sequence < masks[0].Rows; sequence++)
                {
                    counts.Unite(masks, sequence, row);
                    writer.Write<bool>(row);
                }

                writer.Complete();
            });
        }
        finally
        {
            Array.ForEach(masks, mask => mask.Dispose());
        }
    }

    private sealed class Counts(int behaviours)
    {
        public long Selected { get; private set; }

        public long Shared { get; private set; }

        public long SelectedSequences { get; private set; }

        public long[,] Pairs { get; } = new long[behaviours, behaviours];

        /// <summary>Counts one sequence and writes its union.</summary>
        public void Unite(NpyFile[] masks, long sequence, bool[] union)
        {
            Array.Clear(union);
            var times = new int[union.Length];
            for (var first = 0; first < masks.Length; first++)
            {
                var mask = masks[first].RowSpan<bool>(sequence, 1);
                for (var token = 0; token < union.Length; token++)
                {
                    union[token] |= mask[token];
                    times[token] += mask[token] ? 1 : 0;
                }

                for (var second = first + 1; second < masks.Length; second++)
                {
                    Pairs[first, second] += Common(mask, masks[second].RowSpan<bool>(sequence, 1));
                }
            }

            var selected = union.AsSpan().Count(true);
            Selected += selected;
            SelectedSequences += selected > 0 ? 1 : 0;
            Shared += times.Count(count => count > 1);
        }

        private static long Common(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second)
        {
            var common = 0L;
            for (var token = 0; token < first.Length; token++)
            {
                common += first[token] && second[token] ? 1 : 0;
            }

            return common;
        }
    }
}
