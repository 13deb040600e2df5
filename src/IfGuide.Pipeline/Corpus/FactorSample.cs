using IfGuide.Numerics.Randomness;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Corpus;

/// <summary>The sequences that the factors are fitted on: all, or those with the smallest random keys, whichever shard they are in.</summary>
internal readonly struct FactorSample
{
    private readonly ulong seed;
    private readonly ulong largest;

    private FactorSample(ulong seed, ulong largest) => (this.seed, this.largest) = (seed, largest);

    public static FactorSample Of(RunView view)
    {
        var sequences = view.Inputs.Sequences;
        if (view.Specification.Factors.Sequences is not { } wanted || wanted >= sequences)
        {
            return new FactorSample(0, ulong.MaxValue);
        }

        var keys = new ulong[sequences];
        for (long sequence = 0; sequence < sequences; sequence++)
        {
            keys[sequence] = Key(view.Specification.Seed, sequence);
        }

        Array.Sort(keys);
        return new FactorSample(view.Specification.Seed, keys[Math.Max(1, wanted) - 1]);
    }

    public bool Contains(long sequence) => largest == ulong.MaxValue || Key(seed, sequence) <= largest;

    private static ulong Key(ulong seed, long sequence) => CounterRandom.Bits(seed, RandomPurpose.FactorSample, sequence, 0);
}
