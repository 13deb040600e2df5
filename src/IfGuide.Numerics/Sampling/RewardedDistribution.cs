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
        candidates = new int[decoding.TopK];
        likeliest = new float[decoding.TopK];
        rewards = new double[decoding.TopK];
    }

    /// <summary>Computes the weights of all tokens, [V], not of sum 1; overwritten by the next call.</summary>
    /// <param name="probabilities">The model's own, [V].</param>
    /// <param name="continuation">Tokens so far.</param>
    public ReadOnlySpan<float> Compute(ReadOnlySpan<float> probabilities, IReadOnlyList<int> continuation)
    {
        if (dense.Length != probabilities.Length)
        {
            dense = new float[probabilities.Length];
        }

        dense.AsSpan().Clear();
        var count = FindLikeliest(probabilities);
        var best = ComputeLogits(continuation, count);
        for (var i = 0; i < count; i++)
        {
            dense[candidates[i]] = (float)Math.Exp(rewards[i] - best);
        }

        return dense;
    }

    /// <summary>Replaces the rewards by logits; returns the largest.</summary>
    private double ComputeLogits(IReadOnlyList<int> continuation, int count)
    {
        decoding.Rewards(continuation, candidates.AsSpan(0, count), rewards.AsSpan(0, count));
        var best = double.NegativeInfinity;
        for (var i = 0; i < count; i++)
        {
            rewards[i] = Math.Log(likeliest[i]) + decoding.Beta * rewards[i];
            best = Math.Max(best, rewards[i]);
        }

        return best;
    }

    /// <summary>Finds the k likeliest tokens, likeliest first, equal ones by id; those of probability 0 are none.</summary>
    private int FindLikeliest(ReadOnlySpan<float> probabilities)
    {
        var count = 0;
        for (var token = 0; token < probabilities.Length; token++)
        {
            var probability = probabilities[token];
            var isFull = count == candidates.Length;
            if (probability <= 0 || (isFull && probability <= likeliest[count - 1]))
            {
                continue;
            }

            if (!isFull)
            {
                count++;
            }

            Insert(token, probability, count - 1);
        }

        return count;
    }

    /// <summary>Moves the less likely ones down from the last place, which is overwritten.</summary>
    private void Insert(int token, float probability, int place)
    {
        for (; place > 0 && likeliest[place - 1] < probability; place--)
        {
            candidates[place] = candidates[place - 1];
            likeliest[place] = likeliest[place - 1];
        }

        candidates[place] = token;
        likeliest[place] = probability;
    }
}
