using System.Net;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Scheduling;
using Microsoft.Extensions.Time.Testing;

namespace IfGuide.Grains.Tests.Scheduling;

/// <summary>Silos of given speeds that work off what a scheduler issues, on a fake clock; told like a coordinator is: at a unit's end, and by its progress once a second.</summary>
/// <param name="speeds">Units of work a second of each silo, as a function of the time since the start.</param>
/// <param name="tellsProgress">Whether running units tell how far they are.</param>
internal sealed class SiloSimulation(Func<TimeSpan, double>[] speeds, bool tellsProgress)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SiloTable silos = new();
    private readonly SiloAddress[] addresses = [.. speeds.Select((_, index) => SiloAddress.New(IPAddress.Loopback, index + 1, 1))];
    private readonly List<UnitAttempt>[] queues = [.. speeds.Select(_ => new List<UnitAttempt>())];
    private readonly Dictionary<UnitAttempt, double> done = [];

    /// <summary>Attempts that were issued.</summary>
    public int Issued { get; private set; }

    /// <summary>Runs units of given work to their end.</summary>
    /// <returns>Seconds.</returns>
    public double Run(double[] work)
    {
        silos.Update(addresses, [], time.GetUtcNow(), new SchedulingOptions());
        var start = time.GetUtcNow();
        var scheduler = new UnitScheduler(work.Select(Unit), _ => true, silos, new SchedulingOptions(), time);
        for (var step = 0; !scheduler.IsComplete; step++)
        {
            Assert.True(step < 1_000_000, "the simulation does not end");
            foreach (var attempt in scheduler.Next())
            {
                Issued++;
                done[attempt] = 0;
                queues[Array.IndexOf(addresses, attempt.Silo)].Add(attempt);
            }

            time.Advance(Step);
            for (var silo = 0; silo < speeds.Length; silo++)
            {
                Work(scheduler, silo, speeds[silo](time.GetUtcNow() - start) * Step.TotalSeconds, work, tell: step % 50 == 0);
            }
        }

        return (time.GetUtcNow() - start).TotalSeconds;
    }

    private void Work(UnitScheduler scheduler, int silo, double amount, double[] work, bool tell)
    {
        queues[silo].RemoveAll(attempt => !attempt.IsOutstanding);
        while (amount > 0 && queues[silo].FirstOrDefault() is { } attempt)
        {
            var whole = work[attempt.Scheduled.Index];
            var part = Math.Min(amount, whole - done[attempt]);
            done[attempt] += part;
            amount -= part;
            if (done[attempt] >= whole - 1e-9)
            {
                queues[silo].RemoveAt(0);
                scheduler.Answered(attempt, addresses[silo], 1);
                scheduler.Completed(attempt);
            }
        }

        foreach (var attempt in queues[silo].Where(_ => tell))
        {
            scheduler.Answered(attempt, addresses[silo], tellsProgress ? done[attempt] / work[attempt.Scheduled.Index] : 0);
        }
    }

    private static UnitReference Unit(double work, int index) => new()
    {
        Run = RunId.Parse("run"),
        Specification = "s",
        Stage = Stage.Covariance,
        Name = $"shard-{index}",
        Kind = UnitKind.CorpusShard,
        Artifact = $"covariance/k/shard-{index}",
    };
}
