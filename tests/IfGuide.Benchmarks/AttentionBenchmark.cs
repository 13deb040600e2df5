using System.Diagnostics;
using System.Globalization;
using IfGuide.Numerics;
using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Randomness;
using static TorchSharp.torch;

namespace IfGuide.Benchmarks;

/// <summary>What sequences of growing length cost, one at a time, whole or with padding in front of their last three quarters: memory linear in the length means that no T × T matrix is made.</summary>
internal static class AttentionBenchmark
{
    private static readonly int[] Lengths = [1024, 2048, 4096, 8192];

    public static void Print(Device device)
    {
        var configuration = Configuration();
        using var model = CausalLanguageModel.Create(configuration, CausalLanguageModel.InitialWeights(configuration, 1, device));
        var direction = model.TrackedLayers.ToDictionary(layer => layer.Name, layer => ones(layer.Outputs, layer.Inputs, device: device) * 0.01);
        using var scorer = new TokenScorer(model, direction);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{configuration.LayerCount} layers of width {configuration.HiddenSize}, {configuration.HeadCount} heads, vocabulary {configuration.VocabularySize}, float32, {get_num_threads()} threads\n"));
        Console.WriteLine("| tokens | padded in front | a float32 T × T of all heads, MiB | forward, s | MiB | covariance (forward and backward), s | MiB | score, s | MiB |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var padded in new[] { false, true })
        {
            foreach (var length in Lengths)
            {
                using var scope = NewDisposeScope();
                var batch = Batch(configuration, length, padded, device);
                var cells = new Action[]
                {
                    () => model.Hidden(batch.InputIds, batch.AttentionMask, ForwardPass.Plain),
                    () =>
                    {
                        using var sums = new CovarianceAccumulator(model);
                        sums.Add(batch, LabelSource.Sampled(1, RandomPurpose.CovarianceLabels));
                    },
                    () => scorer.Score(batch),
                }.Select(Cell);
                var square = (double)length * length * sizeof(float) * configuration.HeadCount / (1 << 20);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {length:N0} | {(padded ? length / 4 : 0):N0} | {square:N0} | {string.Join(" | ", cells)} |"));
            }
        }
    }

    /// <summary>Seconds, and how far the resident size rose above what it was before.</summary>
    private static string Cell(Action pass)
    {
        using var scope = NewDisposeScope();
        PeakMemory.Trim();
        PeakMemory.Reset();
        var before = PeakMemory.MebiBytes();
        var watch = Stopwatch.StartNew();
        pass();
        return string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:F2} | {PeakMemory.MebiBytes() - before:F0}");
    }

    private static TokenBatch Batch(TransformerConfiguration configuration, int length, bool padded, Device device)
    {
        var ids = randint(1, configuration.VocabularySize, [1, length], dtype: ScalarType.Int64, device: device);
        if (!padded)
        {
            return new TokenBatch(ids, ids, null, [0]);
        }

        var mask = ones([1, length], ScalarType.Int64, device);
        mask.narrow(1, 0, length / 4).zero_();
        return new TokenBatch(ids, ids.masked_fill(mask.eq(0), TokenBatch.NoLabel), mask, [0]);
    }

    private static TransformerConfiguration Configuration() => new()
    {
        Family = ModelFamily.GptNeoX,
        VocabularySize = 512,
        HiddenSize = 64,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 4,
        HeadSize = 16,
        IntermediateSize = 256,
        RotaryFraction = 0.25,
        AttentionBias = true,
        MaximumPositions = Lengths[^1],
    };
}
