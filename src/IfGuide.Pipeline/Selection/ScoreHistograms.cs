using IfGuide.Numerics.Selection;
using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Selection;

/// <summary>The distribution of scores over a corpus, in two passes over its shards.</summary>
internal static class ScoreHistograms
{
    private const int Bins = 400;

    public static ScoreHistogram Of(IScoreShards shards)
    {
        float lowest = float.PositiveInfinity, highest = float.NegativeInfinity;
        ForEach(shards, score =>
        {
            lowest = Math.Min(lowest, score);
            highest = Math.Max(highest, score);
        });
        var counts = new long[Bins];
        if (lowest > highest)
        {
            return new ScoreHistogram { Lowest = 0, Highest = 0, Counts = counts };
        }

        var scale = highest > lowest ? Bins / ((double)highest - lowest) : 0;
        ForEach(shards, score => counts[Math.Min(Bins - 1, (int)((score - (double)lowest) * scale))]++);
        return new ScoreHistogram { Lowest = lowest, Highest = highest, Counts = counts };
    }

    private static void ForEach(IScoreShards shards, Action<float> use)
    {
        for (var shard = 0; shard < shards.Count; shard++)
        {
            shards.Read(shard, 0, shards.Shape(shard).Sequences, (_, scores, labelled) =>
            {
                for (var i = 0; i < scores.Length; i++)
                {
                    if (labelled.IsEmpty || labelled[i])
                    {
                        use(scores[i]);
                    }
                }
            });
        }
    }
}
