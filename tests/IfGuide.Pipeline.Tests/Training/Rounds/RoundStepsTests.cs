using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Training.Rounds;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Tests.Training.Rounds;

/// <summary>What workers tell of their steps, as it goes through the store.</summary>
public sealed class RoundStepsTests
{
    /// <summary>Of a long training not every step is logged, and a short round may hold none that is.</summary>
    [Fact]
    public void ARoundWithoutALoggedStep_TellsItsTokens_AndNoPoint()
    {
        using var scope = NewDisposeScope();
        var steps = new RoundSteps();
        steps.Add(Step(1001, tokens: 64), total: 100_000);
        var read = Read(steps);
        Assert.Equal(64, read.Tokens);
        Assert.Empty(RoundSteps.Merge([read, read]));
    }

    [Fact]
    public void LoggedSteps_AreMergedByTokens_NormsByWorkers()
    {
        using var scope = NewDisposeScope();
        var (one, two) = (new RoundSteps(), new RoundSteps());
        one.Add(Step(10, tokens: 30, loss: 2, norm: 1, selected: (3.0, 10)), total: 10);
        two.Add(Step(10, tokens: 10, loss: 6, norm: 3, selected: null), total: 10);
        var point = Assert.Single(RoundSteps.Merge([Read(one), Read(two)]));
        Assert.Equal((10L, 3.0, 3.0, 2.0), (point.Step, point.Loss, point.SelectedLoss, point.GradientNorm));
    }

    private static RoundSteps Read(RoundSteps steps) => RoundSteps.Of(steps.ToTensors().ToDictionary());

    private static TrainingStep Step(long number, long tokens, double loss = 1, double norm = 1, (double Loss, long Tokens)? selected = null) =>
        new(number, double.NaN, loss, selected?.Loss, tokens, selected?.Tokens ?? 0, norm, 1e-3);
}
