using IfGuide.Abstractions;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>
/// What a second core of this machine is worth to the same mathematics when nothing is distributed: a run in one process on one thread, then two such processes
/// at once that know nothing of each other. Cores that share execution units, caches or memory bandwidth give less than twice; no distribution over them can give more.
/// </summary>
internal static class MachineCeiling
{
    /// <summary>Measures it.</summary>
    /// <param name="prepare">Makes the run's folder, anew for each process.</param>
    /// <param name="stages">Stages to measure; the run ends with the last of them.</param>
    /// <param name="patience">Of each run.</param>
    /// <returns>For each stage: seconds of the process alone, and the speed-up that two give, 2 at best.</returns>
    public static async Task<IReadOnlyDictionary<Stage, (double Alone, double SpeedUp)>> MeasureAsync(Func<Workplace> prepare, IReadOnlyList<Stage> stages, TimeSpan patience)
    {
        var alone = await SecondsAsync(prepare, stages, patience, processes: 1);
        var paired = await SecondsAsync(prepare, stages, patience, processes: 2);
        return stages.ToDictionary(stage => stage, stage => (alone[stage], 2 * alone[stage] / paired[stage]));
    }

    private static async Task<IReadOnlyDictionary<Stage, double>> SecondsAsync(Func<Workplace> prepare, IReadOnlyList<Stage> stages, TimeSpan patience, int processes)
    {
        var each = await Task.WhenAll(Enumerable.Range(0, processes).Select(_ => SecondsAsync(prepare, stages, patience)));
        return stages.ToDictionary(stage => stage, stage => each.Average(seconds => seconds[stage]));
    }

    private static async Task<IReadOnlyDictionary<Stage, double>> SecondsAsync(Func<Workplace> prepare, IReadOnlyList<Stage> stages, TimeSpan patience)
    {
        using var place = prepare();
        using var process = RunClient.StartAlone(place, FaultRun.Command(stages[^1]));
        await process.SucceedAsync(patience, "a process alone");
        return stages.ToDictionary(stage => stage, process.SecondsOf);
    }
}
