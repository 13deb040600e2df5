using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Tests.Goldens;
using IfGuide.Numerics.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Training;

public sealed class OuterOptimizerTests
{
    /// <summary>Workers with equal changes take the step that one of them would: torch's SGD with Nesterov momentum on that change, in float64.</summary>
    [Theory]
    [InlineData(1, 0.7, 0.9)]
    [InlineData(4, 0.7, 0.9)]
    [InlineData(3, 1.0, 0.0)]
    public void Equal_changes_step_as_torchs_own_optimizer(int workers, double rate, double momentum)
    {
        using var scope = NewDisposeScope();
        var reference = new Parameter(randn([5, 3], ScalarType.Float64, generator: new Generator(3)));
        using var torchs = optim.SGD([reference], rate, momentum, nesterov: momentum > 0);
        var (weight, velocity) = (reference.detach().clone(), (Tensor?)null);
        for (var round = 0; round < 4; round++)
        {
            var delta = randn([5, 3], ScalarType.Float64, generator: new Generator((ulong)(10 + round)));
            (weight, velocity) = new OuterOptimizer(rate, momentum).Step(weight, velocity, Enumerable.Range(0, workers).Select(_ => delta.clone()));
            reference.grad = delta;
            torchs.step();
            TensorAssert.Close(reference, weight, 1e-14, $"round {round}");
        }
    }

    [Fact]
    public void Different_changes_count_as_their_mean_and_a_step_keeps_what_it_was_given()
    {
        using var scope = NewDisposeScope();
        var (weight, velocity) = (tensor([1f, 2f]), tensor([0.5f, -1f]));
        var (next, speed) = new OuterOptimizer(0.5, 0.9).Step(weight, velocity, [tensor([1f, 0f]), tensor([3f, -4f])]);
        Assert.Equal([(float)(2 + (0.9 * 0.5)), (float)(-2 - 0.9)], speed.data<float>().ToArray()); // 0.9 v + g, of g = (2, -2)
        Assert.Equal([(float)(1 - (0.5 * (2 + (0.9 * 2.45)))), (float)(2 - (0.5 * (-2 + (0.9 * -2.9))))], next.data<float>().ToArray());
        Assert.Equal([1f, 2f, 0.5f, -1f], weight.data<float>().Concat(velocity.data<float>()));
        Assert.Throws<ArgumentException>(() => new OuterOptimizer(0.5, 0.9).Step(weight, velocity, []));
    }

    /// <summary>The workers of a step take all of its batch and each sequence once, also of the last and smaller one.</summary>
    [Fact]
    public void Workers_share_each_batch()
    {
        using var scope = NewDisposeScope();
        var source = new SyntheticSequences(13, 12, 23, padded: true);
        var options = new TrainingOptions { Epochs = 1, BatchSize = 5, MicroBatchSize = 2, LearningRate = 1e-3, Seed = 11 };
        using var model = TrainerTests.TinyModel(ModelFamily.GptNeoX, tied: false, ScalarType.Float32);
        using var one = new Trainer(model, options, source);
        var workers = Enumerable.Range(0, 4).Select(worker => new Trainer(model, options with { Workers = 4, Worker = worker }, source)).ToArray();
        for (var step = 0; step < one.TotalSteps; step++)
        {
            var (whole, parts) = (one.Step(), workers.Select(worker => worker.Step()).ToArray());
            Assert.Equal(whole.Tokens, parts.Sum(part => part.Tokens));
            if (step == 0)
            {
                Assert.Equal(whole.TokenLoss, parts.Sum(part => part.TokenLoss * part.Tokens) / whole.Tokens, 1e-5);
            }
        }

        Assert.All(workers, worker => Assert.Equal(3, worker.StepsTaken));
        foreach (var worker in workers)
        {
            worker.Dispose();
        }

        Assert.Throws<ArgumentException>(() => new Trainer(model, options with { Workers = 6 }, source));
    }
}
