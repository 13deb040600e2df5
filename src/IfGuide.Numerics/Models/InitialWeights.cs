using System.Runtime.InteropServices;
using System.Text;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Randomness;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>Initial weights as a pure function of (seed, tensor name, element): the same on any number of threads.</summary>
internal static class InitialWeights
{
    private const int Piece = 1 << 16; // elements per parallel unit; even, so that no pair of normals is cut

    public static Dictionary<string, Tensor> Create(TransformerConfiguration configuration, ulong seed, Device device)
    {
        configuration.Validate();
        var result = new Dictionary<string, Tensor>();
        foreach (var (name, shape) in CausalLanguageModel.WeightShapes(configuration))
        {
            using var scope = NewDisposeScope();
            var weight = shape.Length == 2
                ? DrawNormal(name, shape, ComputeDeviation(configuration, name), seed)
                : CreateVector(name, shape);
            result[name] = weight.to(device).DetachFromDisposeScope();
        }

        return result;
    }

    /// <summary>Biases start at 0, norm weights at 1.</summary>
    private static Tensor CreateVector(string name, long[] shape)
    {
        if (name.EndsWith(".bias", StringComparison.Ordinal))
        {
            return zeros(shape, ScalarType.Float32);
        }

        return ones(shape, ScalarType.Float32);
    }

    /// <summary>GPT-2 starts what it adds to the residual stream smaller, by 1/√(number of additions).</summary>
    private static double ComputeDeviation(TransformerConfiguration configuration, string name)
    {
        if (configuration.Family == ModelFamily.Gpt2 && name.EndsWith(".c_proj.weight", StringComparison.Ordinal))
        {
            return configuration.InitializerRange / Math.Sqrt(2.0 * configuration.LayerCount);
        }

        return configuration.InitializerRange;
    }

    private static Tensor DrawNormal(string name, long[] shape, double deviation, ulong seed)
    {
        var result = empty(shape, ScalarType.Float32);
        var flat = result.view(-1);
        var count = result.numel();
        var stream = HashName(name);
        Parallel.For(0L, (count + Piece - 1) / Piece, piece =>
        {
            using var part = flat.narrow(0, piece * Piece, Math.Min(Piece, count - piece * Piece));
            Fill(MemoryMarshal.Cast<byte, float>(part.bytes), piece * Piece / 2, seed, stream, deviation);
        });
        return result;
    }

    private static void Fill(Span<float> target, long firstPair, ulong seed, long stream, double deviation)
    {
        for (var index = 0; index < target.Length; index += 2)
        {
            var (first, second) = DrawPair(firstPair + index / 2, seed, stream, deviation);
            target[index] = first;
            if (index + 1 < target.Length)
            {
                target[index + 1] = second;
            }
        }
    }

    /// <summary>Box-Muller: two uniforms per pair of normals.</summary>
    private static (float First, float Second) DrawPair(long pair, ulong seed, long stream, double deviation)
    {
        var first = CounterRandom.Uniform(seed, RandomPurpose.InitialWeights, stream, 2 * pair);
        var second = CounterRandom.Uniform(seed, RandomPurpose.InitialWeights, stream, 2 * pair + 1);
        var radius = deviation * Math.Sqrt(-2 * Math.Log(1 - first));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * second);
        return ((float)(radius * cosine), (float)(radius * sine));
    }

    /// <summary>FNV-1a over the name's bytes; string.GetHashCode differs between processes.</summary>
    private static long HashName(string name)
    {
        var hash = 0xcbf29ce484222325UL;
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ value) * 0x100000001b3UL;
        }

        return (long)hash;
    }
}
