using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.EndToEnd.Cluster.Faults;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>Every fault in every stage: a run for each fault, struck once in each stage, two clusters at a time; prints a table.</summary>
internal static class FaultMatrix
{
    private const string Usage = "usage: fault-matrix [--faults A,B,...] [--stages A,B,...] [--parallel N]";
    private const int ClustersAtATime = 2;
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(30);

    /// <summary>The faults, by the name that the command line knows.</summary>
    public static IReadOnlyDictionary<string, Func<Fault>> Faults { get; } = new Dictionary<string, Func<Fault>>
    {
        ["kill-compute"] = () => new KillCompute(),
        ["kill-coordinator"] = () => new KillCoordinator(),
        ["kill-all"] = () => new KillAll(),
        ["freeze-compute"] = () => new Freeze(coordinator: false),
        ["freeze-coordinator"] = () => new Freeze(coordinator: true),
        ["blob-down"] = () => new ServerDown("blob server down 30 s", "blob", Away),
        ["blob-restart"] = () => new ServerDown("blob server killed, restarted", "blob", TimeSpan.Zero),
        ["redis-down"] = () => new ServerDown("Redis down 30 s", "redis", Away),
        ["redis-restart"] = () => new ServerDown("Redis killed, restarted", "redis", TimeSpan.Zero),
        ["client-leaves"] = () => new ClientLeaves(),
        ["two-clients"] = () => new TwoClients(),
        ["store-full"] = () => new StoreFull(),
        ["cut-coordinator"] = () => new PartialPartition(),
        ["cut-off"] = () => new FullPartition(),
    };

    public static async Task<int> RunAsync(string[] arguments)
    {
        var stages = Enum.GetValues<Stage>();
        var faults = Faults.Keys.ToArray();
        var parallel = ClustersAtATime;
        for (var i = 0; i < arguments.Length; i += 2)
        {
            switch (arguments[i..])
            {
                case ["--faults", var list, ..]:
                    faults = list.Split(',');
                    break;
                case ["--stages", var list, ..]:
                    stages = [.. list.Split(',').Select(StageNames.Parse).Order()];
                    break;
                case ["--parallel", var number, ..]:
                    parallel = int.Parse(number, CultureInfo.InvariantCulture);
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return 2;
            }
        }

        if (faults.FirstOrDefault(fault => !Faults.ContainsKey(fault)) is { } unknown)
        {
            Console.Error.WriteLine($"No fault '{unknown}'; there are: {string.Join(", ", Faults.Keys)}");
            return 2;
        }

        var started = Stopwatch.GetTimestamp();
        var columns = new ConcurrentDictionary<string, Column>();
        await FaultRun.UndisturbedDigestsAsync;
        await Parallel.ForEachAsync(faults, new ParallelOptions { MaxDegreeOfParallelism = parallel }, async (name, _) => columns[name] = await ColumnAsync(name, stages));
        Print(stages, [.. faults.Select(name => columns[name])]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{columns.Values.Sum(column => column.Cells.Count)} of {stages.Length * faults.Length} cells, {Stopwatch.GetElapsedTime(started).TotalMinutes:0.0} minutes."));
        return columns.Values.All(column => column.Failure is null) ? 0 : 1;
    }

    private static async Task<Column> ColumnAsync(string name, IReadOnlyList<Stage> stages)
    {
        var fault = Faults[name]();
        var cells = new List<FaultCell>();
        try
        {
            await FaultColumn.RunAsync([.. stages.Select(stage => (stage, fault))], cell =>
            {
                cells.Add(cell);
                Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {name}, {StageNames.Of(cell.Stage)}: {Text(cell)}");
            });
            return new Column(fault.Name, cells, null);
        }
#pragma warning disable CA1031 // whatever ends a column is what the table must say
        catch (Exception exception)
        {
            Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {name}: {exception}");
            return new Column(fault.Name, cells, exception.Message);
        }
#pragma warning restore CA1031
        finally
        {
            (fault as IDisposable)?.Dispose();
        }
    }

    private static void Print(IReadOnlyList<Stage> stages, IReadOnlyList<Column> columns)
    {
        Console.WriteLine("| fault | " + string.Join(" | ", stages.Select(StageNames.Of)) + " | bytes equal |");
        Console.WriteLine("| --- |" + string.Concat(stages.Select(_ => " --- |")) + " --- |");
        foreach (var column in columns)
        {
            var cells = stages.Select(stage => column.Cells.FirstOrDefault(cell => cell.Stage == stage) is { } cell ? Text(cell) : "–");
            Console.WriteLine($"| {column.Fault} | {string.Join(" | ", cells)} | {(column.Failure is null ? "yes" : "**no**")} |");
        }

        foreach (var failed in columns.Where(column => column.Failure is not null))
        {
            Console.WriteLine($"\n{failed.Fault}: {failed.Failure}");
        }
    }

    /// <remarks>A fault that struck between two units is marked: it hit the stage, but no unit.</remarks>
    private static string Text(FaultCell cell) => string.Create(CultureInfo.InvariantCulture, $"{cell.Recovered.TotalSeconds:0.0}{(cell.Hit ? string.Empty : " °")}");

    private sealed record Column(string Fault, IReadOnlyList<FaultCell> Cells, string? Failure);
}
