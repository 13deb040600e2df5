using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Rotary position embedding (Su et al. 2021) in Hugging Face's half-split order: feature i rotates with feature i + r/2.</summary>
/// <remarks>The map is linear, so a tangent rotates like its value. Tables are made in float64 and kept for the longest sequence seen.</remarks>
internal sealed class RotaryEmbedding(TransformerConfiguration configuration, ScalarType precision, Device device) : IDisposable
{
    private readonly double[] frequencies = Frequencies(configuration);
    private Tensor? cosine;
    private Tensor? sine;

    /// <summary>Rotates queries or keys, [B, T, heads, head size], that stand at positions <paramref name="start"/>, <paramref name="start"/> + 1, ...</summary>
    public Tensor Apply(Tensor heads, long start)
    {
        var (length, size, half) = (heads.shape[1], heads.shape[3], (long)frequencies.Length);
        Grow(start + length);
        var cos = cosine!.narrow(0, start, length);
        var sin = sine!.narrow(0, start, length);
        var first = heads.narrow(3, 0, half);
        var second = heads.narrow(3, half, half);
        var rotatedFirst = first.mul(cos).sub(second.mul(sin));
        var rotatedSecond = second.mul(cos).Plus(first.mul(sin));
        return 2 * half == size
            ? cat([rotatedFirst, rotatedSecond], 3)
            : cat([rotatedFirst, rotatedSecond, heads.narrow(3, 2 * half, size - 2 * half)], 3);
    }

    public void Dispose()
    {
        cosine?.Dispose();
        sine?.Dispose();
        (cosine, sine) = (null, null);
    }

    /// <summary>Radians per position of each rotating pair, [rotary size / 2].</summary>
    internal static double[] Frequencies(TransformerConfiguration configuration)
    {
        var result = new double[configuration.RotarySize / 2];
        for (var pair = 0; pair < result.Length; pair++)
        {
            var frequency = Math.Pow(configuration.RotaryBase, -2.0 * pair / configuration.RotarySize);
            result[pair] = configuration.RopeScaling is { } scaling ? Rescale(frequency, scaling) : frequency;
        }

        return result;
    }

    /// <summary>Llama 3: long wavelengths are stretched by the factor, short ones kept, those between interpolated.</summary>
    private static double Rescale(double frequency, RopeScaling scaling)
    {
        var turns = scaling.OriginalMaximumPositions * frequency / (2 * Math.PI); // over the original context
        if (turns < scaling.LowFrequencyFactor)
        {
            return frequency / scaling.Factor;
        }

        if (turns > scaling.HighFrequencyFactor)
        {
            return frequency;
        }

        var smooth = (turns - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (1 - smooth) * frequency / scaling.Factor + smooth * frequency;
    }

    /// <summary>Makes the tables, [positions, 1, rotary size / 2], long enough.</summary>
    private void Grow(long positions)
    {
        if (cosine is not null && cosine.shape[0] >= positions)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var constant = no_grad();
        var angles = TensorArithmetic.Range(0, positions, CPU).to(ScalarType.Float64).unsqueeze(1).mul(tensor(frequencies)).unsqueeze(1);
        Dispose();
        cosine = angles.cos().to(precision).to(device).DetachFromDisposeScope();
        sine = angles.sin().to(precision).to(device).DetachFromDisposeScope();
    }
}
