using System.Globalization;
using static TorchSharp.torch;

namespace IfGuide.Benchmarks;

/// <summary>Prints results as a Markdown table.</summary>
internal static class ResultTable
{
    public static void Print(Shape shape, ScalarType precision, IEnumerable<StageResult> results)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{shape.Name}, {shape.Sequences} sequences of {shape.Tokens} tokens, {precision}, {get_num_threads()} threads\n"));
        Console.WriteLine("| stage | operations | seconds | tokens/s | GEMM rate, GFLOP/s | of GEMM rate | GEMM-equivalents per token | peak MiB |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var result in results)
        {
            var count = result.PerToken ? $"{Millions(result.Count)}/token" : Millions(result.Count);
            var cost = result.PerToken ? Millions(result.Cost) : "once";
            var rate = result.PerToken ? (result.Tokens / result.Seconds).ToString("N0", CultureInfo.InvariantCulture) : "–";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Stage} | {count} | {result.Seconds:F3} | {rate} | {result.Rate / 1e9:F0} | {result.Utilisation:F2} | {cost} | {result.PeakMebiBytes:F0} |"));
        }
    }

    private static string Millions(double value) => (value / 1e6).ToString("N0", CultureInfo.InvariantCulture) + "M";
}
