using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>The precision in which sums over a corpus are held: never below float32, whatever the model computes in.</summary>
/// <remarks>A bfloat16 accumulator stops growing once its value exceeds 256 times what is added to it.</remarks>
public static class AccumulationPrecision
{
    /// <summary>float64 for a float64 model, float32 for every other.</summary>
    /// <param name="model">The model's precision.</param>
    public static ScalarType For(ScalarType model) => model == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    internal static void Check(ScalarType precision)
    {
        if (precision is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"A sum was asked for in {precision}; expected Float32 or Float64, because sums over a corpus lose themselves in less.", nameof(precision));
        }
    }
}
