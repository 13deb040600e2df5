using IfGuide.Numerics.Randomness;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Pipeline.Selection;
using IfGuide.Storage.Corpora;

namespace IfGuide.Pipeline.Training;

/// <summary>Mask of the baseline that suppresses random tokens, exactly as many as the selection has: what suppression costs and gives without influence.</summary>
/// <remarks>Every token that is learned draws a number by (seed, index); those with the smallest are taken. A token's objective is that of the selected ones.</remarks>
internal static class RandomMask
{
    /// <summary>Stores the shards' masks when they are not there; returns the name of one.</summary>
    public static string Ensure(UnitContext context, int shard)
    {
        var name = context.Names.FilterMask(Variants.Random, shard);
        if (!context.Store.Exists(name))
        {
            var chosen = Chosen(context, SelectionSummary.Whole(context).SelectedTokens).Select(context.Inputs.Place).ToLookup(place => place.Shard, place => place.Index);
            for (var each = 0; each < context.Inputs.Shards; each++)
            {
                var mask = new bool[context.Inputs.ShardSequences[each] * context.Inputs.SequenceLength];
                foreach (var index in chosen[each])
                {
                    mask[index] = true;
                }

                FilterMask.Put(context, context.Names.FilterMask(Variants.Random, each), mask);
            }
        }

        return name;
    }

    private static IEnumerable<long> Chosen(UnitContext context, long budget)
    {
        var chosen = new PriorityQueue<long, (ulong Draw, long Token)>(Comparer<(ulong, long)>.Create((left, right) => right.CompareTo(left)));
        var labels = new int[context.Inputs.SequenceLength];
        for (var shard = 0; shard < context.Inputs.Shards; shard++)
        {
            using var file = CorpusShardFile.Open(context.Store.Fetch(context.Inputs.ShardArtifact(shard)));
            for (var row = 0L; row < file.Sequences; row++)
            {
                file.Labels(row, labels);
                var sequence = context.Inputs.FirstSequence(shard) + row;
                for (var position = 1; position < labels.Length; position++)
                {
                    if (labels[position] == ISequenceSource.NoLabel)
                    {
                        continue;
                    }

                    var token = sequence * labels.Length + position;
                    var draw = (CounterRandom.Bits(context.Specification.Seed, RandomPurpose.RandomMask, sequence, position), token);
                    if (chosen.Count < budget)
                    {
                        chosen.Enqueue(token, draw);
                    }
                    else if (budget > 0)
                    {
                        chosen.EnqueueDequeue(token, draw);
                    }
                }
            }
        }

        return chosen.UnorderedItems.Select(item => item.Element);
    }
}
