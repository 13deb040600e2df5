using System.Net;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Scheduling;
using Microsoft.Extensions.Time.Testing;

namespace IfGuide.Grains.Tests.Scheduling;

/// <summary>The policy alone, on a fake clock.</summary>
public sealed class UnitSchedulerTests
{
    private static readonly SiloAddress A = Silo(1), B = Silo(2), C = Silo(3);
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SiloTable silos = new();
    private readonly SchedulingOptions options = new();

    [Fact]
    public void Next_FillsEachSiloToItsSlots_InUnitOrder()
    {
        var scheduler = Scheduler(units: 10, A, B);
        var started = scheduler.Next();
        Assert.Equal(["shard-0", "shard-1", "shard-2", "shard-3"], started.Select(attempt => attempt.Unit.Name));
        Assert.Equal([A, B, A, B], started.Select(attempt => attempt.Silo));
        Assert.Empty(scheduler.Next());

        scheduler.Completed(started[1]);
        var next = Assert.Single(scheduler.Next());
        Assert.Equal(("shard-4", B), (next.Unit.Name, next.Silo));
    }

    [Fact]
    public void Next_UnitsThatNeedNoDevice_HaveSlotsOfTheirOwn()
    {
        silos.Update([A]);
        var units = Units(3).Append(new UnitReference { Run = RunId.Parse("run"), Specification = "s", Stage = Stage.Select, Name = "selection", Kind = UnitKind.Selection, Artifact = "select/k/selection" });
        var scheduler = new UnitScheduler(units, unit => unit.Kind == UnitKind.CorpusShard, silos, options, time);
        Assert.Equal(["shard-0", "shard-1", "selection"], scheduler.Next().Select(attempt => attempt.Unit.Name));
    }

    [Fact]
    public void Next_WithoutSilos_StartsNothing_UntilOneComes()
    {
        var scheduler = Scheduler(units: 1);
        Assert.Empty(scheduler.Next());
        Assert.False(scheduler.IsComplete);
        silos.Update([A]);
        Assert.Single(scheduler.Next());
    }

    [Fact]
    public void Completed_EveryUnit_IsComplete()
    {
        var scheduler = Scheduler(units: 5, A);
        for (var i = 0; i < 5; i++)
        {
            Assert.False(scheduler.IsComplete);
            scheduler.Next();
            Assert.Empty(scheduler.Completed(scheduler.Outstanding.First()));
        }

        Assert.True(scheduler.IsComplete);
    }

    [Fact]
    public void Lost_Unavailable_ComesBackUnderTheSameKey_AfterAGrowingWait()
    {
        var scheduler = Scheduler(units: 1, A);
        double[] waits = [0.1, 0.2, 0.4, 0.8, 1.6, 3, 3];
        foreach (var wait in waits)
        {
            var attempt = Assert.Single(scheduler.Next());
            Assert.Equal("run/Covariance/shard-0", attempt.GrainKey);
            scheduler.Lost(attempt, LossReason.Unavailable);
            time.Advance(TimeSpan.FromSeconds(wait) - TimeSpan.FromMilliseconds(1));
            Assert.Empty(scheduler.Next());
            Assert.InRange(scheduler.UntilNext, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
            time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public void Lost_PrefersTheSiloThatHadTheUnit_UnlessItIsGone()
    {
        var scheduler = Scheduler(units: 1, A, B);
        var attempt = Assert.Single(scheduler.Next());
        Assert.Equal(A, attempt.Silo);
        scheduler.Answered(attempt, B); // the grain lives on B
        Assert.Equal(B, attempt.Silo);
        scheduler.Lost(attempt, LossReason.Unavailable);
        time.Advance(options.LongestBackoff);
        attempt = Assert.Single(scheduler.Next());
        Assert.Equal(B, attempt.Silo);

        scheduler.Lost(attempt, LossReason.Unavailable);
        silos.Update([A]);
        time.Advance(options.LongestBackoff);
        Assert.Equal(A, Assert.Single(scheduler.Next()).Silo);
    }

    [Fact]
    public void Lost_TimeoutsWhileOthersAnswer_MakeASuspect_AndANewAttemptElsewhere()
    {
        var scheduler = Scheduler(units: 2, A, B);
        var started = scheduler.Next();
        var (stuck, well) = (started[0], started[1]);
        scheduler.Lost(stuck, LossReason.TimedOut);
        scheduler.Answered(well, B);
        time.Advance(options.FirstBackoff);
        stuck = Assert.Single(scheduler.Next());
        Assert.Equal((A, 1), (stuck.Silo, stuck.Number));
        Assert.Empty(silos.Suspects);

        time.Advance(TimeSpan.FromSeconds(10));
        scheduler.Answered(well, B);
        scheduler.Lost(stuck, LossReason.TimedOut);
        Assert.Equal([A], silos.Suspects);
        time.Advance(options.LongestBackoff);
        var again = Assert.Single(scheduler.Next());
        Assert.Equal((B, 2, "run/Covariance/shard-0~2"), (again.Silo, again.Number, again.GrainKey));
    }

    [Fact]
    public void Lost_TimeoutsOfTheOnlySilo_SuspectNobody()
    {
        var scheduler = Scheduler(units: 1, A);
        for (var i = 0; i < 5; i++)
        {
            var attempt = Assert.Single(scheduler.Next());
            Assert.Equal(1, attempt.Number);
            scheduler.Lost(attempt, LossReason.TimedOut);
            time.Advance(options.LongestBackoff);
        }

        Assert.Empty(silos.Suspects);
    }

    [Fact]
    public void TakeEviction_LongSuspect_IsEvictedOnce_AndNeverTheLastGoodSilo()
    {
        Suspect(A, witness: B);
        Assert.Null(silos.TakeEviction(time.GetUtcNow(), options));
        time.Advance(options.SuspectToEvict);
        Assert.Equal(A, silos.TakeEviction(time.GetUtcNow(), options));
        time.Advance(options.SuspectToEvict);
        Assert.Null(silos.TakeEviction(time.GetUtcNow(), options));
        time.Advance(options.BetweenEvictions);
        Assert.Equal(A, silos.TakeEviction(time.GetUtcNow(), options));
        silos.Update([A]);
        time.Advance(options.BetweenEvictions);
        Assert.Null(silos.TakeEviction(time.GetUtcNow(), options));
    }

    [Fact]
    public void Answered_Suspect_IsTrustedAgain()
    {
        var scheduler = Suspect(A, witness: B);
        scheduler.Answered(scheduler.Outstanding.First(), A);
        Assert.Empty(silos.Suspects);
    }

    [Fact]
    public void Next_SlowUnitAtTheTail_GetsACopyOnAnIdleSilo_AndTheFirstToEndCounts()
    {
        var scheduler = Scheduler(units: 4, A, B);
        var started = scheduler.Next();
        time.Advance(TimeSpan.FromSeconds(20));
        foreach (var attempt in started.Take(3))
        {
            scheduler.Completed(attempt);
        }

        Assert.Equal(B, started[3].Silo);
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.Empty(scheduler.Next());
        time.Advance(TimeSpan.FromSeconds(1)); // 40 s: twice the median
        var copy = Assert.Single(scheduler.Next());
        Assert.Equal(("shard-3", 2, A), (copy.Unit.Name, copy.Number, copy.Silo));
        Assert.Empty(scheduler.Next());

        Assert.Equal([started[3]], scheduler.Completed(copy));
        Assert.True(scheduler.IsComplete);
        Assert.Empty(scheduler.Completed(started[3]));
    }

    [Fact]
    public void Next_SlowUnit_GetsNoCopy_WhileUnitsWait_OrBeforeEnoughEnded_OrWithoutAnIdleSilo()
    {
        var scheduler = Scheduler(units: 3, A, B);
        var started = scheduler.Next();
        scheduler.Completed(started[0]);
        scheduler.Completed(started[1]);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(scheduler.Next());

        scheduler = Scheduler(units: 4, C);
        for (var i = 0; i < 3; i++)
        {
            scheduler.Next();
            scheduler.Completed(scheduler.Outstanding.First());
        }

        scheduler.Next();
        time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(scheduler.Next());
    }

    private UnitScheduler Suspect(SiloAddress silo, SiloAddress witness)
    {
        var scheduler = Scheduler(units: 2, silo, witness);
        var started = scheduler.Next();
        var stuck = started.Single(attempt => attempt.Silo.Equals(silo));
        scheduler.Lost(stuck, LossReason.TimedOut);
        scheduler.Answered(started.Single(attempt => attempt.Silo.Equals(witness)), witness);
        time.Advance(options.LongestBackoff);
        scheduler.Lost(scheduler.Next().Single(), LossReason.TimedOut);
        Assert.Equal([silo], silos.Suspects);
        var again = new UnitScheduler(Units(1), _ => true, silos, options, time);
        silos.Update([silo]);
        Assert.Single(again.Next());
        silos.Update([silo, witness]);
        return again;
    }

    private UnitScheduler Scheduler(int units, params SiloAddress[] active)
    {
        silos.Update(active);
        return new UnitScheduler(Units(units), unit => unit.Kind == UnitKind.CorpusShard, silos, options, time);
    }

    private static IEnumerable<UnitReference> Units(int count) => Enumerable.Range(0, count).Select(index => new UnitReference
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
