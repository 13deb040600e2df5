using CsCheck;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Sampling;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Sampling;

public sealed class RewardedDecodingTests
{
    private static readonly SamplingPrompt[] Prompts = [new(4, [5, 9, 2]), new(7, [11]), new(0, [1, 2, 3])];
    private static readonly SamplingOptions Options = new(Samples: 3, MaxNewTokens: 8, TopP: 0.9, Seed: 17, BatchSize: 8);

    [Fact]
    public void Distribution_IsTheSoftmaxOverTheLikeliestOfLogitPlusBetaTimesReward() =>
        Gen.Select(Gen.Float[0f, 1f].Array[5, 30], Gen.Double[0, 30], Gen.Int[1, 8]).Sample((probabilities, beta, topK) =>
        {
            probabilities[0] += 1e-3f;
            var found = new RewardedDistribution(new RewardedDecoding(topK, beta, Reward)).Compute(probabilities, [7]).ToArray();
            var order = Enumerable.Range(0, probabilities.Length).OrderByDescending(token => probabilities[token]).ThenBy(token => token).Take(topK).ToArray();
            var weights = new double[probabilities.Length];
            foreach (var token in order)
            {
                weights[token] = probabilities[token] * Math.Exp(beta * RewardOf(7, token));
            }

            var (total, foundTotal) = (weights.Sum(), found.Sum(weight => (double)weight));
            for (var token = 0; token < weights.Length; token++)
            {
                Assert.Equal(weights[token] / total, found[token] / foundTotal, tolerance: 1e-6);
            }
        });

    /// <summary>Against a loop of full forward passes in float64 that shares the uniform numbers and nothing else.</summary>
    [Fact]
    public void Continuations_AreThoseOfAnIndependentLoop()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox", ScalarType.Float64);
        var decoding = new RewardedDecoding(6, 4, Reward);
        var sampled = new ContinuationSampler(model, Options, decoding).Sample(Prompts);
        for (var place = 0; place < Prompts.Length; place++)
        {
            for (var sample = 0; sample < Options.Samples; sample++)
            {
                var tokens = new List<int>(Prompts[place].Tokens);
                for (var step = 0; step < Options.MaxNewTokens; step++)
                {
                    var uniform = Numerics.Randomness.CounterRandom.Uniform(17, Numerics.Randomness.RandomPurpose.Continuations, Prompts[place].Index, ((long)sample << 32) | (uint)step);
                    tokens.Add(Next(model, tokens, step == 0 ? -1 : tokens[^1], uniform));
                }

                Assert.Equal(tokens.Skip(Prompts[place].Tokens.Count), sampled[place][sample]);
            }
        }
    }

    [Fact]
    public void WithoutARewardThatDiffers_ItIsTopKSampling_AndBetaZeroIgnoresRewards()
    {
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        var all = (int)model.Configuration.VocabularySize;
        var plain = new ContinuationSampler(model, Options).Sample(Prompts);
        Assert.Equal(plain, new ContinuationSampler(model, Options, new RewardedDecoding(all, 0, Reward)).Sample(Prompts));
        Assert.NotEqual(plain, new ContinuationSampler(model, Options, new RewardedDecoding(all, 40, Reward)).Sample(Prompts));
        Assert.Throws<ArgumentException>(() => new ContinuationSampler(model, Options, new RewardedDecoding(0, 1, Reward)));
        Assert.Throws<ArgumentException>(() => new ContinuationSampler(model, Options, new RewardedDecoding(1, double.NaN, Reward)));
    }

    private static int Next(CausalLanguageModel model, List<int> tokens, int last, double uniform)
    {
        using var scope = NewDisposeScope();
        using var graph = no_grad();
        var hidden = model.Hidden(tensor(tokens.Select(token => (long)token).ToArray()).unsqueeze(0), null, ForwardPass.Plain).Value;
        var logits = hidden[0, tokens.Count - 1].unsqueeze(0).mm(model.Unembedding.t()).data<double>().ToArray();
        var chosen = Enumerable.Range(0, logits.Length).OrderByDescending(token => logits[token]).Take(6)
            .Select(token => (Token: token, Weight: Math.Exp(logits[token] + 4 * RewardOf(last, token)))).OrderByDescending(entry => entry.Weight).ToList();
        var total = chosen.Sum(entry => entry.Weight);
        var (kept, mass) = (0, 0.0);
        while (mass < 0.9 * total)
        {
            mass += chosen[kept++].Weight;
        }

        var below = 0.0;
        return chosen.Take(kept).OrderBy(entry => entry.Token).First(entry => (below += entry.Weight) > uniform * mass).Token;
    }

    private static double RewardOf(int last, int token) => ((token * 37) + (last * 11) + 50) % 10 / 10.0;

    private static void Reward(IReadOnlyList<int> continuation, ReadOnlySpan<int> candidates, Span<double> rewards)
    {
        for (var i = 0; i < candidates.Length; i++)
        {
            rewards[i] = RewardOf(continuation.Count == 0 ? -1 : continuation[^1], candidates[i]);
        }
    }
}
