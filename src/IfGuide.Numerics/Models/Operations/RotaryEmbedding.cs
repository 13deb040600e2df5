using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Rotary position embedding (Su et al. 2021) in Hugging Face's half-split order: feature i rotates with feature i + r/2.</summary>
/// <remarks>The map is linear, so a tangent rotates like its value. Tables are made in float64 and kept for the longest sequence seen.</remarks>
internal sealed class RotaryEmbedding(TransformerConfiguration configuration, ScalarType precision, Device device) : IDisposable
{
    private readonly double[] frequencies = ComputeFrequencies(configuration);
    private Tensor? cosine;
    private Tensor? sine;

    /// <summary>Rotates queries or keys, [B, T, heads, head size], that stand at positions start, start + 1, ...</summary>
    public Tensor Apply(Tensor heads, long start)
    {
        var length = heads.shape[1];
        var size = heads.shape[3];
        long half = frequencies.Length;
        Grow(start + length);
        var (cos, sin) = (cosine!.narrow(0, start, length), sine!.narrow(0, start, length));
        var rotated = Rotate(heads.narrow(3, 0, half), heads.narrow(3, half, half), cos, sin);
        if (2 * half < size)
        {
            rotated.Add(heads.narrow(3, 2 * half, size - 2 * half));
        }

        return cat(rotated, 3);
    }

    private static List<Tensor> Rotate(Tensor first, Tensor second, Tensor cos, Tensor sin) =>
        [first.mul(cos).sub(second.mul(sin)), second.mul(cos).Plus(first.mul(sin))];

    public void Dispose()
    {
        cosine?.Dispose();
        sine?.Dispose();
        (cosine, sine) = (null, null);
    }

    /// <summary>Radians per position of each rotating pair, [rotary size / 2].</summary>
    internal static double[] ComputeFrequencies(TransformerConfiguration configuration)
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
        var places = TensorArithmetic.Range(0, positions, CPU).to(ScalarType.Float64);
        var angles = places.unsqueeze(1).mul(tensor(frequencies)).unsqueeze(1); // [positions, 1, rotary size / 2]
        Dispose();
        cosine = angles.cos().to(precision).to(device).DetachFromDisposeScope();
        sine = angles.sin().to(precision).to(device).DetachFromDisposeScope();
    }
}
