using System.Net;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Scheduling;
using Microsoft.Extensions.Time.Testing;

namespace IfGuide.Grains.Tests.Scheduling;

/// <summary>Which unit a silo died of, and when that is too often; on a fake clock.</summary>
public sealed class CrashCounterTests
{
    private static readonly SiloAddress A = Silo(1), B = Silo(2);
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private SiloTable silos = new();
    private readonly SchedulingOptions options = new();

    /// <summary>What a silo was computing is blamed, not what waited behind it; whether the cluster or the failed call tells of the death first.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DeadSilo_WasKilledByWhatItComputed(bool clusterKnowsFirst)
    {
        var started = Start(A, B); // A: 0 and 2, B: 1 and 3
        if (clusterKnowsFirst)
        {
            Members([B]);
        }

        var lost = started.Where(attempt => attempt.Silo.Equals(A)).ToArray();
        scheduler!.Lost(lost[1], LossReason.Unavailable);
        scheduler.Lost(lost[0], LossReason.Unavailable);
        Members([B]);

        Assert.Equal("shard-0", Assert.Single(silos.TakeDeaths()).Unit.Name);
        Assert.Empty(silos.TakeDeaths());
    }

    /// <summary>A silo that leaves in order, one that answers again, and one that dies much later died of nothing.</summary>
    [Fact]
    public void SilosThatDidNotDieOfAUnit_AreNotCounted()
    {
        var left = Start(A, B)[0];
        Members([B], leaving: [A]);
        scheduler!.Lost(left, LossReason.Unavailable);
        Assert.Empty(silos.TakeDeaths());

        var answered = Start(A, B);
        scheduler.Lost(answered[0], LossReason.Unavailable);
        scheduler.Answered(answered[2], A);
        Members([B]);
        Assert.Empty(silos.TakeDeaths());

        var late = Start(Silo(3), B).First(attempt => !attempt.Silo.Equals(B));
        scheduler.Lost(late, LossReason.TimedOut);
        time.Advance(options.DeathWindow + TimeSpan.FromSeconds(1));
        Members([B]);
        Assert.Empty(silos.TakeDeaths());
    }

    /// <summary>Another run's unit may be what the silo died of: one that was told to wait for it is not blamed.</summary>
    [Fact]
    public void UnitThatWaitedForAnotherRun_IsNotBlamed()
    {
        var waiting = Start(A, B)[0];
        scheduler!.Answered(waiting, A, waits: true);
        scheduler.Lost(waiting, LossReason.Unavailable);
        Members([B]);
        Assert.Empty(silos.TakeDeaths());
    }

    /// <summary>Three in a row are too many, across coordinators too; a unit that gets further each time is none that kills.</summary>
    [Fact]
    public void Toll_CountsDeathsInARowWithoutProgress()
    {
        var unit = Units().First();
        var toll = new CrashCounter([], options);
        Assert.False(toll.IsTooMany(toll.Add(unit, 0.5, "a")));
        Assert.False(toll.IsTooMany(toll.Add(unit, 0.4, "b")));
        toll = new CrashCounter(toll.Deaths, options);
        var deaths = toll.Add(unit, 0.505, "a");
        Assert.True(toll.IsTooMany(deaths));
        Assert.Equal(["a", "b", "a"], deaths.Silos);

        toll = new CrashCounter([], options);
        for (var progress = 0.1; progress < 1; progress += 0.1)
        {
            Assert.False(toll.IsTooMany(toll.Add(unit, progress, "spot")));
        }
    }

    private UnitScheduler? scheduler;

    private IReadOnlyList<UnitAttempt> Start(params SiloAddress[] active)
    {
        silos = new SiloTable();
        Members(active);
        scheduler = new UnitScheduler(Units(), _ => true, silos, options, time);
        return scheduler.Next();
    }

    private void Members(SiloAddress[] active, SiloAddress[]? leaving = null) => silos.Update(active, leaving ?? [], time.GetUtcNow(), options);

    private static IEnumerable<UnitReference> Units() => Enumerable.Range(0, 4).Select(index => new UnitReference
    {
        Run = RunId.Parse("run"),
        Specification = "s",
        Stage = Stage.Covariance,
        Name = $"shard-{index}",
        Kind = UnitKind.CorpusShard,
        Artifact = $"covariance/k/shard-{index}",
    });

    private static SiloAddress Silo(int port) => SiloAddress.New(IPAddress.Loopback, port, 1);
}
