using IfGuide.Pipeline.Planning;

namespace IfGuide.Pipeline.Corpus;

/// <summary>Neighbouring tokens of one shard.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="First">Index of the first within the shard: sequence × length + position.</param>
/// <param name="Count">How many.</param>
internal readonly record struct TokenSegment(int Shard, long First, int Count)
{
    /// <summary>A range of the corpus' tokens, cut at the ends of shards.</summary>
    public static IEnumerable<TokenSegment> Of(PreparedInputs inputs, long first, int count)
    {
        if (count == 0)
        {
            yield break; // an empty document may stand behind the last token
        }

        var (shard, index) = inputs.Place(first);
        while (count > 0)
        {
            var taken = (int)Math.Min(count, inputs.ShardSequences[shard] * inputs.SequenceLength - index);
            if (taken > 0)
            {
                yield return new TokenSegment(shard, index, taken);
            }

            count -= taken;
            (shard, index) = (shard + 1, 0);
        }
    }
}
