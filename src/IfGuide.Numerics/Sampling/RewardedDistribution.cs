namespace IfGuide.Numerics.Sampling;

/// <summary>The distribution of the next token under <see cref="RewardedDecoding"/>.</summary>
internal sealed class RewardedDistribution
{
    private readonly RewardedDecoding decoding;
    private readonly int[] candidates;
    private readonly float[] likeliest;
    private readonly double[] rewards;
    private float[] dense = [];

    public RewardedDistribution(RewardedDecoding decoding)
    {
        decoding.Validate();
        this.decoding = decoding;
        (candidates, likeliest, rewards) = (new int[decoding.TopK], new float[decoding.TopK], new double[decoding.TopK]);
    }

    /// <summary>The weights of all tokens, [V], not of sum 1; overwritten by the next call.</summary>
    /// <param name="probabilities">The model's own, [V].</param>
    /// <param name="continuation">Tokens so far.</param>
    public ReadOnlySpan<float> Of(ReadOnlySpan<float> probabilities, IReadOnlyList<int> continuation)
    {
        var count = Likeliest(probabilities);
        decoding.Rewards(continuation, candidates.AsSpan(0, count), rewards.AsSpan(0, count));
        if (dense.Length != probabilities.Length)
        {
            dense = new float[probabilities.Length];
        }

        dense.AsSpan().Clear();
        var best = double.NegativeInfinity;
        for (var i = 0; i < count; i++)
        {
            rewards[i] = Math.Log(likeliest[i]) + decoding.Beta * rewards[i];
            best = Math.Max(best, rewards[i]);
        }

        for (var i = 0; i < count; i++)
        {
            dense[candidates[i]] = (float)Math.Exp(rewards[i] - best);
        }

        return dense;
    }

    /// <summary>Finds the k likeliest tokens, likeliest first, equal ones by id; those of probability 0 are none.</summary>
    private int Likeliest(ReadOnlySpan<float> probabilities)
    {
        var count = 0;
        for (var token = 0; token < probabilities.Length; token++)
        {
            var probability = probabilities[token];
            if (probability <= 0 || (count == candidates.Length && probability <= likeliest[count - 1]))
            {
                continue;
            }

            var place = count < candidates.Length ? count++ : count - 1;
            for (; place > 0 && likeliest[place - 1] < probability; place--)
            {
                (candidates[place], likeliest[place]) = (candidates[place - 1], likeliest[place - 1]);
            }

            (candidates[place], likeliest[place]) = (token, probability);
        }

        return count;
    }
}
