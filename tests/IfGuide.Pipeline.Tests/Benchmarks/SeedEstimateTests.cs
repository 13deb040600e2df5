using CsCheck;
using IfGuide.Pipeline.Benchmarks;
using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Tests.Benchmarks;

/// <summary>Means over seeds and their intervals, held against sums by hand.</summary>
public sealed class SeedEstimateTests
{
    [Fact]
    public void OneSeed_HasItsOwnInterval()
    {
        var own = new Estimate { Value = 0.3, Low = 0.25, High = 0.4 };
        var estimate = SeedEstimate.Of([own], isShare: true);
        Assert.Equal(0.3, estimate.Value, 1e-15);
        Assert.Equal(0.25, estimate.Low, 1e-15);
        Assert.Equal(0.4, estimate.High, 1e-15);
    }

    [Fact]
    public void ThreeSeeds_TheHalvesHoldPromptsAndSeeds()
    {
        // Values 10, 12, 14: mean 12, s = 2, t(2) · s / √3 = 4.303 · 1.154701 = 4.968676; own halves 1, 2, 2 below and 3, 3, 3 above.
        Estimate[] seeds = [Of(10, 9, 13), Of(12, 10, 15), Of(14, 12, 17)];
        var estimate = SeedEstimate.Of(seeds, isShare: false);
        Assert.Equal(12, estimate.Value, 1e-12);
        Assert.Equal(12 - Math.Sqrt(3 + (4.968676 * 4.968676)), estimate.Low, 1e-5);
        Assert.Equal(12 + Math.Sqrt(9 + (4.968676 * 4.968676)), estimate.High, 1e-5);
    }

    [Fact]
    public void Shares_StayBetweenZeroAndOne()
    {
        var estimate = SeedEstimate.Of([Of(0.1, 0, 0.9), Of(0.9, 0.1, 1)], isShare: true);
        Assert.Equal((0, 1), (estimate.Low, estimate.High));
        Assert.True(SeedEstimate.Of([Of(0.1, 0, 0.9), Of(0.9, 0.1, 1)], isShare: false).High > 1);
    }

    [Fact]
    public void TheOrderOfSeeds_DoesNotMatter_AndMoreEqualSeedsNarrowNothingThatPromptsDecide() =>
        Gen.Double[0.1, 0.9].Array[2, 6].Sample(values =>
        {
            var seeds = values.Select(value => Of(value, value - 0.05, value + 0.05)).ToArray();
            var (there, back) = (SeedEstimate.Of(seeds, false), SeedEstimate.Of([.. seeds.Reverse()], false));
            return Math.Abs(there.Low - back.Low) < 1e-12 && there.Low <= there.Value - 0.05 + 1e-12 && there.High >= there.Value + 0.05 - 1e-12;
        });

    private static Estimate Of(double value, double low, double high) => new() { Value = value, Low = low, High = high };
}
