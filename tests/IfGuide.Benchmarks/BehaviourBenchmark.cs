using System.Globalization;
using IfGuide.Numerics.Influence;
using static TorchSharp.torch;

namespace IfGuide.Benchmarks;

/// <summary>What one more behaviour costs: the scores of 1, 2 and 4 directions in one corpus pass, measured in turns.</summary>
internal static class BehaviourBenchmark
{
    private static readonly int[] Counts = [1, 2, 4];

    public static void Print(Workload workload, ScalarType precision, int repeats)
    {
        var shape = workload.Shape;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{shape.Name}, {shape.Sequences} sequences of {shape.Tokens} tokens, {precision}, {get_num_threads()} threads\n"));
        Console.WriteLine("| scores | behaviours | seconds | GEMM-equivalents per token | × one behaviour | each further behaviour | peak MiB |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (kind, pass) in new (string, Func<Workload, int, Action>)[] { ("token", Token), ("position", Position) })
        {
            var best = new StageResult[Counts.Length];
            for (var turn = 0; turn < repeats; turn++)
            {
                for (var i = 0; i < Counts.Length; i++)
                {
                    var result = StageBenchmark.Measure(kind, workload, 0, true, precision, 1, pass(workload, Counts[i]));
                    best[i] = best[i] is { } known && known.Cost <= result.Cost ? known : result;
                }
            }

            for (var i = 0; i < Counts.Length; i++)
            {
                var further = i == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{(best[i].Cost / best[0].Cost - 1) / (Counts[i] - 1):P0} of the first");
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {kind} | {Counts[i]} | {best[i].Seconds:F3} | {best[i].Cost / 1e6:N0}M | {best[i].Cost / best[0].Cost:F2} | {further} | {best[i].PeakMebiBytes:F0} |"));
            }
        }
    }

    private static Action Token(Workload workload, int count) => () =>
    {
        using var scorer = new TokenScorer(workload.Model, workload.Directions(count));
        Score(workload, scorer.Scores);
    };

    private static Action Position(Workload workload, int count) => () =>
    {
        using var scorer = new PositionScorer(workload.Model, workload.Directions(count));
        Score(workload, scorer.Scores);
    };

    private static void Score(Workload workload, Func<Numerics.TokenBatch, IReadOnlyList<Tensor>> scores)
    {
        foreach (var batch in workload.Batches)
        {
            using var scope = NewDisposeScope();
            scores(batch);
        }
    }
}
