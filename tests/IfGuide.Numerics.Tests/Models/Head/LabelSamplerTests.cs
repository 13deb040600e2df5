using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Randomness;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models.Head;

public sealed class LabelSamplerTests
{
    /// <summary>Smaller than a block, exactly two, and two and a part.</summary>
    [Theory]
    [InlineData(97)]
    [InlineData(2048)]
    [InlineData(2500)]
    public void Draw_OfEveryPrecisionAndPath_InvertsCumulativeSum(int vocabulary)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var weights = rand([40, vocabulary], ScalarType.Float64, generator: generator).pow(4);
        double[] uniforms = [0, 1 - 1e-16, .. Enumerable.Range(0, 38).Select(row => CounterRandom.Uniform(1, RandomPurpose.LambdaLabels, row, 0))];
        var exact = LabelSampler.Draw(weights, uniforms);
        for (var row = 0; row < 40; row++)
        {
            var numbers = weights[row].data<double>().ToArray();
            var (target, below, token) = (uniforms[row] * numbers.Sum(), 0.0, 0);
            while (token < vocabulary - 1 && (below += numbers[token]) <= target)
            {
                token++;
            }

            Assert.Equal(token, exact[row].item<long>());
        }

        Assert.True(LabelSampler.DrawOnDevice(weights, uniforms).eq(exact).all().item<bool>());
        Assert.True(LabelSampler.Draw(weights.to(ScalarType.Float32), uniforms).eq(exact).sum().item<long>() >= 39, "float32 may differ at a bin's edge only");
    }

    [Fact]
    public void Draw_WithZeroWeights_NeverPicksThem()
    {
        using var scope = NewDisposeScope();
        var weights = zeros([3, 2000], ScalarType.Float32);
        weights.select(1, 5).fill_(1);
        weights.select(1, 1500).fill_(1);
        var drawn = LabelSampler.Draw(weights, [0, 0.5, 1 - 1e-17]);
        Assert.Equal([5, 1500, 1500], drawn.data<long>().ToArray());
    }

    [Fact]
    public void Gradient_WithSampling_DependsOnSequenceAndPositionOnly()
    {
        using var scope = NewDisposeScope();
        var sampling = new LabelSampling(11, RandomPurpose.CovarianceLabels);
        var batch = Golden.Batch("tiny_neox", "padded");
        using var model = Golden.Model("tiny_neox");
        using var head = new NextTokenHead(model.Unembedding);
        var hidden = model.Hidden(batch.InputIds, batch.AttentionMask, ForwardPass.Plain).Value;
        var together = head.Gradient(hidden, batch, sampling);
        var alone = head.Gradient(hidden.narrow(0, 9, 1), batch with { Labels = batch.Labels.narrow(0, 9, 1), SequenceIndices = [9] }, sampling);
        Assert.True(together.Labels.narrow(0, 9, 1).eq(alone.Labels).all().item<bool>());
        TensorAssert.Close(together.Hidden.narrow(0, 9, 1), alone.Hidden, 1e-13);

        // Exactly where the batch has labels, and with the losses of those drawn.
        var labelled = batch.Labels.ne(TokenBatch.NoLabel);
        labelled.select(1, 0).fill_(false);
        Assert.True(together.Labels.ne(TokenBatch.NoLabel).eq(labelled).all().item<bool>());
        TensorAssert.Close(head.TokenLosses(hidden, together.Labels), together.Losses, 1e-12);

        var other = head.Gradient(hidden, batch, sampling with { Purpose = RandomPurpose.LambdaLabels });
        Assert.False(other.Labels.eq(together.Labels).all().item<bool>());
    }

    /// <summary>Pearson's statistic of 20,000 draws from ten probabilities; 27.9 is exceeded once in a thousand by chance, and the draws are fixed.</summary>
    [Fact]
    public void Draw_ManyTimes_FollowsTheDistribution()
    {
        using var scope = NewDisposeScope();
        const int Draws = 20000;
        double[] probabilities = [.. Enumerable.Range(1, 10).Select(weight => weight / 55.0)];
        var weights = tensor(probabilities).expand(Draws, 10).contiguous();
        double[] uniforms = [.. Enumerable.Range(0, Draws).Select(draw => CounterRandom.Uniform(3, RandomPurpose.LambdaLabels, draw / 100, draw % 100))];
        var counts = LabelSampler.Draw(weights, uniforms).bincount(null, 10).to(ScalarType.Float64);
        var expected = tensor(probabilities).mul(Draws);
        Assert.InRange(counts.sub(expected).square().div(expected).sum().item<double>(), 0, 27.9);
    }
}
