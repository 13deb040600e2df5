using IfGuide.Numerics.Randomness;

namespace IfGuide.Numerics.Training;

/// <summary>Order in which a training sees its sequences: one permutation an epoch, a function of (seed, epoch) alone.</summary>
/// <param name="seed">Seed of the data order.</param>
/// <param name="count">Sequences.</param>
public sealed class DataOrder(ulong seed, long count)
{
    private readonly long[] permutation = new long[count];
    private long epoch = -1;

    /// <summary>The sequence at a place of the endless stream of epochs.</summary>
    /// <param name="position">Sequences seen before it.</param>
    public long At(long position)
    {
        if (position / count != epoch)
        {
            epoch = position / count;
            Shuffle();
        }

        return permutation[position % count];
    }

    /// <summary>Fisher and Yates's shuffle.</summary>
    private void Shuffle()
    {
        for (long i = 0; i < count; i++)
        {
            permutation[i] = i;
        }

        for (var i = count - 1; i > 0; i--)
        {
            var j = (long)Math.BigMul(CounterRandom.Bits(seed, RandomPurpose.DataOrder, epoch, i), (ulong)i + 1, out _);
            (permutation[i], permutation[j]) = (permutation[j], permutation[i]);
        }
    }
}
