namespace IfGuide.Grains.Tests.Scheduling;

/// <summary>A slow silo does not hold a run: the total stays near what the silos' speeds allow together.</summary>
public sealed class SlowSiloTests
{
    private const double Slow = 0.2;

    [Theory]
    [InlineData(2, 12, 10, true)]
    [InlineData(2, 12, 10, false)]
    [InlineData(2, 40, 3, true)]
    [InlineData(2, 40, 3, false)]
    [InlineData(3, 30, 5, false)]
    [InlineData(8, 100, 4, true)]
    [InlineData(8, 100, 4, false)]
    [InlineData(2, 1000, 0.05, false)]
    public void OneSiloFiveTimesSlower_TotalIsWithin1_3OfTheIdeal(int silos, int units, double seconds, bool tellsProgress)
    {
        var speeds = Enumerable.Range(0, silos).Select(silo => silo == 0 ? Slow : 1.0).ToArray();
        var taken = new SiloSimulation([.. speeds.Select(Constant)], tellsProgress).Run([.. Enumerable.Repeat(seconds, units)]);
        AssertNearIdeal(taken, units * seconds / speeds.Sum());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SiloThatBecomesSlowHalfway_TotalIsWithin1_3OfTheIdeal(bool tellsProgress)
    {
        var taken = new SiloSimulation([Constant(1), at => at.TotalSeconds < 30 ? 1 : Slow], tellsProgress).Run([.. Enumerable.Repeat(4.0, 30)]);
        AssertNearIdeal(taken, 30 + ((120 - 60) / 1.2));
    }

    [Fact]
    public void SiloThatStopsForAMinute_HoldsNobody()
    {
        var taken = new SiloSimulation([Constant(1), at => at.TotalSeconds is > 10 and < 70 ? 0 : 1], tellsProgress: true).Run([.. Enumerable.Repeat(5.0, 10)]);
        AssertNearIdeal(taken, 10 + (50 - 20));
    }

    [Fact]
    public void SeveralSlowSilos_AndUnitsOfManySizes_TotalIsWithin1_3OfTheIdeal()
    {
        var random = new Random(7);
        for (var round = 0; round < 30; round++)
        {
            double[] speeds = [1, .. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(3) == 0 ? Slow : 0.7 + (0.6 * random.NextDouble()))];
            var unit = 1 + (9 * random.NextDouble());
            double[] work = [.. Enumerable.Range(0, 12 * speeds.Length).Select(_ => unit * (0.8 + (0.4 * random.NextDouble())))];
            var taken = new SiloSimulation([.. speeds.Select(Constant)], tellsProgress: round % 2 == 0).Run(work);
            AssertNearIdeal(taken, work.Sum() / speeds.Sum());
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(41)]
    public void SilosOfOneSpeed_ComputeHardlyAnythingTwice(int units)
    {
        var simulation = new SiloSimulation([Constant(1), Constant(1), Constant(0.97)], tellsProgress: true);
        AssertNearIdeal(simulation.Run([.. Enumerable.Repeat(6.0, units)]), units * 6 / 2.97);
        Assert.InRange(simulation.Issued, units, units + 3);
    }

    private static Func<TimeSpan, double> Constant(double speed) => _ => speed;

    private static void AssertNearIdeal(double taken, double ideal) => Assert.True(taken <= 1.3 * ideal, $"{taken:0.0} s, which is {taken / ideal:0.00} times the ideal {ideal:0.0} s");
}
