using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Preference;
using IfGuide.Numerics.Tests.Training;
using IfGuide.Numerics.Training;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Preference;

public sealed class PreferenceTrainerTests
{
    private const double Beta = 0.4;

    private static readonly PreferencePair[] Pairs =
    [
        new(new([3, 7, 1, 9, 2], 2), new([3, 7, 20, 4], 2)),
        new(new([5, 6, 11], 1), new([5, 22, 21, 20, 19, 18], 1)),
        new(new([1, 2, 3, 4, 5, 6, 7], 5), new([1, 2, 3, 4, 5, 17], 5)),
        new(new([8, 9], 1), new([14, 13, 12], 2)), // different prompts
    ];

    private static readonly TrainingOptions Options = new() { Epochs = 6, BatchSize = 3, MicroBatchSize = 2, LearningRate = 3e-3, Seed = 5, Warmup = 0, GradientClip = 1 };

    [Theory]
    [InlineData(ModelFamily.GptNeoX, false)]
    [InlineData(ModelFamily.Llama, true)]
    public void Loss_AndGradient_AreThoseOfAnIndependentLoop(ModelFamily family, bool tied)
    {
        using var scope = NewDisposeScope();
        using var start = TrainerTests.TinyModel(family, tied, ScalarType.Float64);
        using var elsewhere = TrainerTests.TinyModel(family, tied, ScalarType.Float64, seed: 9);
        double[] reference = [.. Pairs.Select(pair => TextLoss(elsewhere, pair.Preferred)), .. Pairs.Select(pair => TextLoss(elsewhere, pair.Rejected))];
        AssertClose(reference, PreferenceLoss.TextLosses(elsewhere, Pairs), 1e-9);
        using var parameters = new FlatParameters(start, ScalarType.Float64, decayVectors: true);

        var found = PreferenceLoss.Backward(parameters.Model, Pairs, reference, Beta, divisor: 4, parameters.UnembeddingGradient);

        Assert.Equal(Loss(parameters.Model, reference), found.Loss, 1e-9);
        Assert.Equal(4, found.Pairs);
        using var graph = no_grad();
        var gradients = parameters.CreateViews(parameters.Gradient);
        foreach (var (name, weight) in parameters.Model.Weights)
        {
            var flat = weight.detach().view(-1);
            foreach (var index in new[] { 0L, flat.shape[0] / 3, (flat.shape[0] / 2) + 1 })
            {
                var value = flat[index].item<double>();
                const double step = 1e-5;
                flat[index] = value + step;
                var above = Loss(parameters.Model, reference);
                flat[index] = value - step;
                var below = Loss(parameters.Model, reference);
                flat[index] = value;
                Assert.Equal((above - below) / (2 * step) / 4, gradients[name].view(-1)[index].item<double>(), 1e-6);
            }
        }
    }

    [Fact]
    public void Training_StartsAtLnTwo_PrefersEveryPair_AndIsReproducible()
    {
        using var scope = NewDisposeScope();
        using var start = TrainerTests.TinyModel(ModelFamily.GptNeoX, tied: false, ScalarType.Float32);
        using PreferenceTrainer first = new(start, Options, Beta, Pairs), second = new(start, Options, Beta, Pairs);
        Assert.Equal(8, first.TotalSteps);
        Assert.Equal(Math.Log(2), first.Step().Loss, 5);
        second.Step();
        PreferenceStep? last = null;
        while (first.StepsTaken < first.TotalSteps)
        {
            last = first.Step();
            Assert.Equal(last, second.Step());
        }

        Assert.True(last!.Loss < 0.6, $"loss {last.Loss}");
        foreach (var pair in Pairs)
        {
            var gain = TextLoss(start, pair.Preferred) - TextLoss(first.Model, pair.Preferred) - (TextLoss(start, pair.Rejected) - TextLoss(first.Model, pair.Rejected));
            Assert.True(gain > 0, $"gain {gain}");
        }

        var weights = second.GetWeights();
        Assert.All(first.GetWeights(), weight => Assert.Equal(weight.Value.data<float>().ToArray(), weights[weight.Key].data<float>().ToArray()));
    }

    [Fact]
    public void ImpossibleSettings_AreRefused()
    {
        using var start = TrainerTests.TinyModel(ModelFamily.GptNeoX, tied: false, ScalarType.Float32);
        Assert.Throws<ArgumentException>(() => new PreferenceTrainer(start, Options, 0, Pairs));
        Assert.Throws<ArgumentException>(() => new PreferenceTrainer(start, Options, Beta, []));
    }

    private static double Loss(CausalLanguageModel model, double[] reference)
    {
        var total = 0.0;
        for (var i = 0; i < Pairs.Length; i++)
        {
            var better = -TextLoss(model, Pairs[i].Preferred) + reference[i];
            var worse = -TextLoss(model, Pairs[i].Rejected) + reference[i + Pairs.Length];
            total += Math.Log(1 + Math.Exp(-Beta * (better - worse)));
        }

        return total;
    }

    /// <summary>−Σ log softmax over the continuation, by plain loops over logits in float64.</summary>
    private static double TextLoss(CausalLanguageModel model, PreferenceText text)
    {
        using var scope = NewDisposeScope();
        using var graph = no_grad();
        var ids = tensor(text.Tokens.Select(token => (long)token).ToArray()).unsqueeze(0);
        var logits = model.Hidden(ids, null, ForwardPass.Plain).Value[0].mm(model.Unembedding.t()).to(ScalarType.Float64);
        var total = 0.0;
        for (var t = text.FirstLabel; t < text.Tokens.Count; t++)
        {
            var row = logits[t - 1].data<double>().ToArray();
            total += Math.Log(row.Sum(Math.Exp)) - row[text.Tokens[t]];
        }

        return total;
    }

    private static void AssertClose(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], found[i], tolerance);
        }
    }
}
