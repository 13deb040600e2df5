using System.Numerics;
using System.Runtime.InteropServices;
using IfGuide.Numerics.Randomness;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Head;

/// <summary>Draws one token per row of weights by inverting the cumulative distribution at one uniform number.</summary>
/// <remarks>torch's multinomial costs as much as the head itself and depends on a generator's history; this does neither.</remarks>
internal static class LabelSampler
{
    private const int Block = 1024;

    /// <summary>One uniform number per label.</summary>
    /// <param name="sampling">Seed and purpose.</param>
    /// <param name="sequenceIndices">Index in the corpus of each sequence of the batch.</param>
    /// <param name="places">n T + j of each label, [rows].</param>
    /// <param name="length">T.</param>
    public static double[] DrawUniforms(LabelSampling sampling, IReadOnlyList<long> sequenceIndices, Tensor places, long length)
    {
        using var local = places.cpu();
        var indices = MemoryMarshal.Cast<byte, long>(local.bytes);
        var result = new double[indices.Length];
        for (var row = 0; row < result.Length; row++)
        {
            var (sequence, position) = Math.DivRem(indices[row], length);
            result[row] = CounterRandom.Uniform(sampling.Seed, sampling.Purpose, sequenceIndices[(int)sequence], position);
        }

        return result;
    }

    /// <summary>The smallest token whose cumulative weight exceeds u · total, per row; [rows] int64.</summary>
    /// <param name="weights">Not normalised, non-negative, [rows, V], contiguous, float32 or float64.</param>
    /// <param name="uniforms">u in [0, 1) per row.</param>
    public static Tensor Draw(Tensor weights, ReadOnlySpan<double> uniforms)
    {
        if (weights.device_type != TorchSharp.DeviceType.CPU)
        {
            return DrawOnDevice(weights, uniforms);
        }

        using var scope = NewDisposeScope();
        var whole = weights.shape[1] / Block * Block;
        var sums = weights.narrow(1, 0, whole).view(weights.shape[0], -1, Block).sum([2L]); // [rows, blocks]
        var drawn = weights.dtype == ScalarType.Float64
            ? Draw<double>(weights, sums, uniforms)
            : Draw<float>(weights, sums, uniforms);
        return tensor(drawn).MoveToOuterDisposeScope();
    }

    /// <summary>The same where the host cannot read the weights; may differ at the edge of a bin by rounding.</summary>
    internal static Tensor DrawOnDevice(Tensor weights, ReadOnlySpan<double> uniforms)
    {
        using var scope = NewDisposeScope();
        var cumulative = weights.cumsum(1, ScalarType.Float64);
        var last = cumulative.shape[1] - 1;
        var placed = tensor(uniforms.ToArray(), device: weights.device);
        var targets = cumulative.select(1, last).mul(placed).unsqueeze(1); // [rows, 1]
        var found = searchsorted(cumulative, targets, right: true).AtMost(last);
        return found.squeeze(1).MoveToOuterDisposeScope();
    }

    private static long[] Draw<T>(Tensor rows, Tensor blockSums, ReadOnlySpan<double> uniforms)
        where T : struct, INumber<T>
    {
        ReadOnlySpan<T> weights = MemoryMarshal.Cast<byte, T>(rows.bytes);
        ReadOnlySpan<T> blocks = MemoryMarshal.Cast<byte, T>(blockSums.bytes);
        var result = new long[uniforms.Length];
        var (vocabulary, blockCount) = (weights.Length / result.Length, blocks.Length / result.Length);
        for (var row = 0; row < result.Length; row++)
        {
            var own = weights.Slice(row * vocabulary, vocabulary);
            result[row] = Invert(own, blocks.Slice(row * blockCount, blockCount), uniforms[row]);
        }

        return result;
    }

    /// <summary>Walks block sums to the block that holds the target, then its tokens.</summary>
    private static long Invert<T>(ReadOnlySpan<T> weights, ReadOnlySpan<T> blocks, double uniform)
        where T : struct, INumber<T>
    {
        var target = uniform * (Sum(blocks) + Sum(weights[(blocks.Length * Block)..]));
        var below = 0.0;
        var block = 0;
        while (block < blocks.Length && below + double.CreateChecked(blocks[block]) <= target)
        {
            below += double.CreateChecked(blocks[block++]);
        }

        return FindToken(weights, block * Block, below, target);
    }

    /// <summary>The token that carries the sum past the target; the last one of positive weight where rounding misses it.</summary>
    private static long FindToken<T>(ReadOnlySpan<T> weights, int first, double below, double target)
        where T : struct, INumber<T>
    {
        var last = 0;
        for (var token = first; token < weights.Length; token++)
        {
            var weight = double.CreateChecked(weights[token]);
            below += weight;
            if (below > target)
            {
                return token;
            }

            if (weight > 0)
            {
                last = token; // rounding can leave the target at the very end
            }
        }

        return last;
    }

    private static double Sum<T>(ReadOnlySpan<T> numbers)
        where T : struct, INumber<T>
    {
        var total = 0.0;
        foreach (var number in numbers)
        {
            total += double.CreateChecked(number);
        }

        return total;
    }
}
