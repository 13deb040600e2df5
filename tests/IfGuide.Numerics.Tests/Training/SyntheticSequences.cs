using IfGuide.Numerics.Randomness;
using IfGuide.Numerics.Training;

namespace IfGuide.Numerics.Tests.Training;

/// <summary>A learnable language: every token follows from the one before it, but for some noise. Three of its tokens are selected wherever they stand.</summary>
internal sealed class SyntheticSequences(long count, int length, int vocabulary, bool padded = false) : ITrainingSequences
{
    public long Count => count;

    public int Length => length;

    public void Read(long sequence, SequenceRow row)
    {
        Assert.InRange(sequence, 0, count - 1);
        long token = sequence % vocabulary;
        for (var t = 0; t < length; t++)
        {
            var noise = CounterRandom.Uniform(1, RandomPurpose.FactorSample, sequence, t);
            token = noise < 0.2 ? (long)(noise * 5 * vocabulary) : (token * 3 + 1) % vocabulary;
            (row.InputIds[t], row.Labels[t]) = (token, token);
            row.Selected[t] = token % 7 == 3;
        }

        for (var t = length - (int)(sequence % 3); padded && t < length; t++)
        {
            (row.InputIds[t], row.Labels[t], row.Attended[t]) = (0, TokenBatch.NoLabel, false);
        }
    }
}
