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
    private SiloTable silos = new();
    private readonly SchedulingOptions options = new();

    [Fact]
    public void Next_FillsEachSiloToItsSlots_InUnitOrder()
    {
        var scheduler = Scheduler(units: 10, A, B);
        var started = scheduler.Next();
        Assert.Equal(["shard-0", "shard-1", "shard-2", "shard-3"], started.Select(attempt => attempt.Unit.Name));
        Assert.Equal([A, B, A, B], started.Select(attempt => attempt.Silo));
        Assert.Empty(scheduler.Next());

        time.Advance(TimeSpan.FromSeconds(1));
        scheduler.Completed(started[1]);
        var next = Assert.Single(scheduler.Next());
        Assert.Equal(("shard-4", B), (next.Unit.Name, next.Silo));
    }

    [Fact]
    public void Next_UnitsThatNeedNoDevice_HaveSlotsOfTheirOwn()
    {
        silos.Update([A], [], time.GetUtcNow(), options);
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
        silos.Update([A], [], time.GetUtcNow(), options);
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
    public void Lost_ToTheStore_ComesBackUnderTheSameKey_AfterAGrowingWait()
    {
        var scheduler = Scheduler(units: 1, A);
        double[] waits = [0.1, 0.2, 0.4, 0.8, 1.6, 3, 3];
        foreach (var wait in waits)
        {
            var attempt = Assert.Single(scheduler.Next());
            Assert.Equal("run/Covariance/shard-0", attempt.GrainKey);
            scheduler.Lost(attempt, LossReason.StoreUnavailable);
            time.Advance(TimeSpan.FromSeconds(wait) - TimeSpan.FromMilliseconds(1));
            Assert.Empty(scheduler.Next());
            Assert.InRange(scheduler.UntilNext, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Empty(silos.Doubtful);
    }

    [Fact]
    public void Lost_Unavailable_GoesBackToTheSiloThatHadTheUnit_AndElsewhereWhenThatIsGone()
    {
        var scheduler = Scheduler(units: 1, A, B);
        var attempt = Assert.Single(scheduler.Next());
        Assert.Equal(A, attempt.Silo);
        scheduler.Answered(attempt, B); // the grain lives on B
        Assert.Equal(B, attempt.Silo);
        scheduler.Lost(attempt, LossReason.Unavailable);
        Assert.Empty(scheduler.Next());
        time.Advance(options.Backoff.First);
        attempt = Assert.Single(scheduler.Next());
        Assert.Equal((B, 1), (attempt.Silo, attempt.Number));

        scheduler.Lost(attempt, LossReason.Unavailable); // again, and no answer between: B is gone
        attempt = Assert.Single(scheduler.Next());
        Assert.Equal((A, "run/Covariance/shard-0~2"), (attempt.Silo, attempt.GrainKey));
        Assert.Equal([B], silos.Doubtful);
    }

    [Fact]
    public void Lost_HandedBack_GoesElsewhereAtOnce_AndTheSiloRests()
    {
        var scheduler = Scheduler(units: 5, A, B);
        var started = scheduler.Next();
        scheduler.Lost(started[0], LossReason.HandedBack);
        var again = Assert.Single(scheduler.Next()); // B has its two, and takes this one over
        Assert.Equal(("shard-0", B, 2), (again.Unit.Name, again.Silo, again.Number));
        Assert.Empty(silos.Doubtful);
        time.Advance(options.Rest);
        Assert.Equal(A, Assert.Single(scheduler.Next()).Silo);
    }

    [Fact]
    public void Lost_UnitsOfADeadSilo_AreTakenOverBeforeTheQueueOfTheOther_OneBeyondItsSlots()
    {
        var scheduler = Scheduler(units: 6, A, B);
        var started = scheduler.Next();
        Assert.Equal([A, B, A, B], started.Select(attempt => attempt.Silo));
        silos.Update([B], [], time.GetUtcNow(), options);
        scheduler.Lost(started[0], LossReason.Unavailable);
        scheduler.Lost(started[2], LossReason.Unavailable);

        var first = Assert.Single(scheduler.Next());
        Assert.Equal(("shard-0", B, true), (first.Unit.Name, first.Silo, first.HasPriority));
        time.Advance(TimeSpan.FromSeconds(2));
        scheduler.Completed(started[1]);
        var second = Assert.Single(scheduler.Next());
        Assert.Equal(("shard-2", B, true), (second.Unit.Name, second.Silo, second.HasPriority));
        Assert.Equal(["shard-0", "shard-2", "shard-3"], scheduler.Outstanding.Select(attempt => attempt.Unit.Name));

        time.Advance(TimeSpan.FromSeconds(2));
        scheduler.Completed(first);
        Assert.Empty(scheduler.Next()); // units that nobody lost have the usual slots
        time.Advance(TimeSpan.FromSeconds(2));
        scheduler.Completed(second);
        Assert.Equal("shard-4", Assert.Single(scheduler.Next()).Unit.Name);
    }

    [Fact]
    public void Lost_TimedOut_PutsTheSiloInDoubt_AndTheUnitElsewhereAtOnce()
    {
        var scheduler = Scheduler(units: 2, A, B);
        var stuck = scheduler.Next()[0];
        scheduler.Lost(stuck, LossReason.TimedOut);
        Assert.Equal([A], silos.Doubtful);
        var again = Assert.Single(scheduler.Next());
        Assert.Equal((B, 2, "run/Covariance/shard-0~2"), (again.Silo, again.Number, again.GrainKey));
        scheduler.Answered(again, B);
        Assert.Equal([A], silos.Doubtful);

        silos.Answered(A, time.GetUtcNow()); // a probe came through
        Assert.Empty(silos.Doubtful);
    }

    [Fact]
    public void Lost_TimeoutsOfTheOnlySilo_LeaveItTheWork()
    {
        var scheduler = Scheduler(units: 1, A);
        for (var i = 1; i <= 5; i++)
        {
            var attempt = Assert.Single(scheduler.Next());
            Assert.Equal((A, i), (attempt.Silo, attempt.Number));
            scheduler.Lost(attempt, LossReason.TimedOut);
            time.Advance(options.Backoff.Max);
        }

        Assert.Null(silos.FindEviction(time.GetUtcNow(), options));
    }

    [Fact]
    public void FindEviction_LongInDoubtAndProbedInVain_WhileAnotherAnswers()
    {
        silos.Update([A, B], [], time.GetUtcNow(), options);
        silos.Failed(A, time.GetUtcNow(), TimeSpan.Zero);
        Assert.Equal([A], silos.TakeProbes(time.GetUtcNow(), options));
        Assert.Empty(silos.TakeProbes(time.GetUtcNow(), options));
        time.Advance(options.BetweenProbes);
        Assert.Equal([A], silos.TakeProbes(time.GetUtcNow(), options));
        silos.Failed(A, time.GetUtcNow(), TimeSpan.Zero);
        time.Advance(options.DoubtToEvict - options.BetweenProbes);
        Assert.Null(silos.FindEviction(time.GetUtcNow(), options)); // perhaps it is this silo that cannot be heard
        silos.Answered(B, time.GetUtcNow());
        Assert.Equal(A, silos.FindEviction(time.GetUtcNow(), options));

        silos.Failed(B, time.GetUtcNow(), TimeSpan.Zero);
        Assert.Null(silos.FindEviction(time.GetUtcNow(), options)); // never the last that is trusted
        silos.Answered(B, time.GetUtcNow());
        silos.Answered(A, time.GetUtcNow());
        Assert.Null(silos.FindEviction(time.GetUtcNow(), options));
    }

    [Fact]
    public void Next_ShortUnits_GetMoreSlots_AndLongOnesTwo()
    {
        var scheduler = Scheduler(units: 1000, A);
        Assert.Equal(2, scheduler.Next().Count);
        time.Advance(TimeSpan.FromMilliseconds(10));
        scheduler.Completed(scheduler.Outstanding.First());
        scheduler.Next();
        Assert.Equal(25, scheduler.Outstanding.Count()); // a quarter of a second's work

        scheduler = Scheduler(units: 1000, A);
        scheduler.Next();
        time.Advance(TimeSpan.FromMicroseconds(10));
        scheduler.Completed(scheduler.Outstanding.First());
        scheduler.Next();
        Assert.Equal(options.MaxSlots, scheduler.Outstanding.Count());

        scheduler = Scheduler(units: 1000, A);
        scheduler.Next();
        time.Advance(TimeSpan.FromSeconds(10));
        scheduler.Completed(scheduler.Outstanding.First());
        scheduler.Next();
        Assert.Equal(2, scheduler.Outstanding.Count());
    }

    [Fact]
    public void Next_IdleSilo_TakesWhatWaitsElsewhere_AtOnce()
    {
        var scheduler = Scheduler(units: 2, A);
        var started = scheduler.Next();
        silos.Update([A, B], [], time.GetUtcNow(), options);
        var copy = Assert.Single(scheduler.Next());
        Assert.Equal(("shard-1", 2, B), (copy.Unit.Name, copy.Number, copy.Silo));
        Assert.Empty(scheduler.Next());
        Assert.Equal([started[1]], scheduler.Completed(copy));
        Assert.Empty(scheduler.Completed(started[1]));
        scheduler.Completed(started[0]);
        Assert.True(scheduler.IsComplete);
    }

    [Fact]
    public void Next_UnitThatWillEndLate_IsCopied_OnceACopyWouldEndEarlier()
    {
        var scheduler = Scheduler(units: 3, A, B);
        var started = scheduler.Next(); // A: 0 and 2, B: 1
        time.Advance(TimeSpan.FromSeconds(10));
        scheduler.Answered(started[1], B, progress: 0.2); // it will take 50 s there
        scheduler.Completed(started[0]);
        Assert.Equal(("shard-1", A), Of(Assert.Single(scheduler.Next())));
        Assert.Empty(scheduler.Next());

        scheduler = Scheduler(units: 3, A, B);
        started = scheduler.Next();
        time.Advance(TimeSpan.FromSeconds(10));
        scheduler.Answered(started[1], B, progress: 0.9);
        scheduler.Completed(started[0]);
        Assert.Empty(scheduler.Next()); // a second more is sooner than a copy
        static (string, SiloAddress) Of(UnitAttempt attempt) => (attempt.Unit.Name, attempt.Silo);
    }

    [Fact]
    public void Next_UnitThatTellsNoProgress_IsCopied_WhenItTakesLongerThanOthersDid()
    {
        var scheduler = Scheduler(units: 2, A, B);
        var started = scheduler.Next();
        time.Advance(TimeSpan.FromSeconds(10));
        scheduler.Completed(started[0]);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(scheduler.Next());
        time.Advance(TimeSpan.FromSeconds(1));
        var copy = Assert.Single(scheduler.Next());
        Assert.Equal(("shard-1", A, 2), (copy.Unit.Name, copy.Silo, copy.Number));
    }

    private UnitScheduler Scheduler(int units, params SiloAddress[] active)
    {
        silos = new SiloTable();
        silos.Update(active, [], time.GetUtcNow(), options);
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
