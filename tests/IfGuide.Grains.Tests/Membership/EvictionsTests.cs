using System.Net;
using IfGuide.Grains.Membership;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace IfGuide.Grains.Tests.Membership;

public sealed class EvictionsTests
{
    private static readonly SiloAddress A = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress B = SiloAddress.New(IPAddress.Loopback, 2, 1);
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private readonly Members members = new();

    [Fact]
    public void WhoeverAsks_OnlyOneSiloGoesInAnInterval()
    {
        var evictions = new Evictions(members, time, NullLogger<Evictions>.Instance);
        Assert.True(evictions.TryEvict(A, "does not answer"));
        Assert.False(evictions.TryEvict(B, "has not answered"));
        time.Advance(Evictions.MinInterval - TimeSpan.FromTicks(1));
        Assert.False(evictions.TryEvict(B, "has not answered"));
        time.Advance(TimeSpan.FromTicks(1));
        Assert.True(evictions.TryEvict(B, "has not answered"));
        Assert.Equal([A, B], members.Killed);
    }

    [Fact]
    public void WhoWantsALongerInterval_WaitsForIt()
    {
        var evictions = new Evictions(members, time, NullLogger<Evictions>.Instance);
        Assert.True(evictions.TryEvict(A, "has not answered"));
        time.Advance(Evictions.MinInterval);
        Assert.False(evictions.TryEvict(B, "does not answer", 2 * Evictions.MinInterval));
        time.Advance(Evictions.MinInterval);
        Assert.True(evictions.TryEvict(B, "does not answer", 2 * Evictions.MinInterval));
    }

    [Fact]
    public void ATableOutOfReach_IsAskedAgainLater()
    {
        var evictions = new Evictions(members, time, NullLogger<Evictions>.Instance);
        members.Failure = new TimeoutException("out of reach\nwith a report");
        Assert.True(evictions.TryEvict(A, "does not answer"));
        time.Advance(Evictions.MinInterval);
        members.Failure = null;
        Assert.True(evictions.TryEvict(A, "does not answer"));
        Assert.Equal([A, A], members.Killed);
    }

    private sealed class Members : IClusterMembershipService
    {
        public List<SiloAddress> Killed { get; } = [];

        public Exception? Failure { get; set; }

        public ClusterMembershipSnapshot CurrentSnapshot => throw new NotSupportedException();

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<bool> TryKill(SiloAddress siloAddress)
        {
            Killed.Add(siloAddress);
            return Failure is null ? Task.FromResult(true) : Task.FromException<bool>(Failure);
        }
    }
}
