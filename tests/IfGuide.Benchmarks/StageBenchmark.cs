using System.Diagnostics;
using static TorchSharp.torch;

namespace IfGuide.Benchmarks;

/// <summary>One measured stage.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Count">Unavoidable operations per token, or of the whole stage when it is not done per token.</param>
/// <param name="Seconds">Best time of one pass over the workload.</param>
/// <param name="Rate">The process' GEMM rate around that time, operations per second.</param>
/// <param name="Tokens">Tokens of the workload.</param>
/// <param name="PerToken">Whether <paramref name="Count"/> is per token.</param>
/// <param name="PeakMebiBytes">Largest resident size while it ran.</param>
internal sealed record StageResult(string Stage, double Count, double Seconds, double Rate, long Tokens, bool PerToken, double PeakMebiBytes)
{
    /// <summary>Achieved rate as a share of the GEMM rate, by the operations that cannot be avoided.</summary>
    public double Utilisation => Count * (PerToken ? Tokens : 1) / Seconds / Rate;

    /// <summary>Cost in GEMM-equivalent operations per token: time × GEMM rate ÷ tokens.</summary>
    public double Cost => Seconds * Rate / Tokens;
}

/// <summary>Times a stage between two measurements of the GEMM rate, so that a busy machine slows both.</summary>
internal static class StageBenchmark
{
    public static StageResult Measure(string stage, Workload workload, double count, bool perToken, ScalarType precision, int repeats, Action pass)
    {
        pass(); // first calls of a shape compile kernels
        PeakMemory.Reset();
        StageResult? best = null;
        for (var i = 0; i < repeats; i++)
        {
            var before = Gemm.FlopPerSecond(precision, workload.Model.Device);
            var watch = Stopwatch.StartNew();
            pass();
            Gemm.Synchronise(workload.Model.Device);
            var seconds = watch.Elapsed.TotalSeconds;
            var rate = (before + Gemm.FlopPerSecond(precision, workload.Model.Device)) / 2;
            var result = new StageResult(stage, count, seconds, rate, workload.Shape.TokenCount, perToken, PeakMemory.MebiBytes());
            best = best is null || result.Cost < best.Cost ? result : best;
        }

        return best!;
    }
}
