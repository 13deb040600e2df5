using IfGuide.Client;

namespace IfGuide.Grains.Tests.Connections;

public sealed class BackoffTests
{
    [Fact]
    public void Waits_GrowByTheFactor_UpToTheBound_HoweverManyFailures()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), 2, TimeSpan.FromSeconds(3));
        Assert.Equal([0.2, 0.4, 0.8, 1.6, 3, 3], Enumerable.Range(1, 6).Select(failures => backoff.After(failures).TotalSeconds));
        Assert.Equal(backoff.Max, backoff.After(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => backoff.After(0));
    }

    [Fact]
    public void AFixedWait_StaysTheSame()
    {
        var backoff = Backoff.Fixed(TimeSpan.FromSeconds(5));
        Assert.Equal(backoff.First, backoff.After(1));
        Assert.Equal(backoff.First, backoff.After(int.MaxValue));
    }
}
