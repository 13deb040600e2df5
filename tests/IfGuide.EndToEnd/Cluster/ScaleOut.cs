using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>The same corpus on one compute silo, on two, and on two of which one runs a fifth of the time; one thread each. Prints a table.</summary>
internal static class ScaleOut
{
    private const int DefaultDocuments = 4000;
    private const int Shards = 16;
    private const int WarmDocuments = 200;
    private const int WarmShards = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private static readonly Stage[] Measured = [Stage.Covariance, Stage.Lambda, Stage.Score];

    public static async Task<int> RunAsync(string[] arguments)
    {
        int? documents = arguments switch
        {
            [] => DefaultDocuments,
            ["--documents", var number] when int.TryParse(number, CultureInfo.InvariantCulture, out var parsed) => parsed,
            _ => null,
        };
        if (documents is not { } count)
        {
            Console.Error.WriteLine("usage: scale-out [--documents N]");
            return 2;
        }

        var one = await MeasureAsync(count, silos: 1, slow: false);
        var two = await MeasureAsync(count, silos: 2, slow: false);
        var machine = await MachineCeiling.MeasureAsync(() => FaultRun.Prepare(count, Shards), Measured, Patience);
        foreach (var (stage, (alone, speedUp)) in machine)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one process, {StageNames.Of(stage)}: {alone:0.0} s; two at once do {speedUp:0.00} times as much"));
        }

        var slow = await MeasureAsync(count, silos: 2, slow: true);
        Console.WriteLine("| stage | 1 silo, s | device busy | 2 silos, s | device busy | speed-up | the machine's own | 2 silos, one at 1/5, s | of the ideal |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var stage in Measured)
        {
            var ideal = one[stage].Seconds / 1.2;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {StageNames.Of(stage)} | {one[stage].Seconds:0.0} | {one[stage].Busy:P1} | {two[stage].Seconds:0.0} | {two[stage].Busy:P1} | {one[stage].Seconds / two[stage].Seconds:0.00} | {machine[stage].SpeedUp:0.00} | {slow[stage].Seconds:0.0} | {slow[stage].Seconds / ideal:0.00} |"));
        }

        Console.WriteLine("\n'device busy': time in units ÷ (silos × the stage's time); the rest of one silo's time is the control plane's. 'the machine's own': what two processes that know nothing of each other do at once ÷ what one does alone. 'of the ideal': time ÷ (one silo's time ÷ 1.2).");
        return 0;
    }

    private static async Task<IReadOnlyDictionary<Stage, (double Seconds, double Busy)>> MeasureAsync(int documents, int silos, bool slow)
    {
        using var place = FaultRun.Prepare(documents, Shards);
        using var small = FaultRun.Prepare(WarmDocuments, WarmShards);
        await using var cluster = await LocalCluster.StartAsync(new ClusterPlan { Control = 1, Compute = silos });
        await RunAsync(small, cluster, Stage.Score); // libtorch loaded and methods compiled on every silo
        await RunAsync(place, cluster, Stage.TrainProxy);

        using var throttle = slow ? new Throttle(cluster.ProcessOf("compute-2")!.Value) : null;
        var started = DateTimeOffset.UtcNow;
        using var client = RunClient.Start(place, cluster, FaultRun.Command(Stage.Score));
        await client.SucceedAsync(Patience, "the measured run");
        var units = new SiloLogs(cluster).Read().Where(told => told.Kind == SiloEventKind.UnitEnded && told.Time >= started).ToArray();
        var measured = Measured.ToDictionary(stage => stage, stage =>
        {
            var seconds = client.SecondsOf(stage);
            return (seconds, units.Where(unit => unit.Stage == stage).Sum(unit => unit.Seconds) / (silos * seconds));
        });
        foreach (var (stage, (seconds, busy)) in measured)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{silos} silos{(slow ? ", one throttled" : string.Empty)}, {StageNames.Of(stage)}: {seconds:0.0} s, busy {busy:P1}"));
        }

        cluster.Succeeded();
        return measured;
    }

    private static async Task RunAsync(Workplace place, LocalCluster cluster, Stage until)
    {
        using var client = RunClient.Start(place, cluster, FaultRun.Command(until));
        await client.SucceedAsync(Patience, $"until {until}");
    }
}
