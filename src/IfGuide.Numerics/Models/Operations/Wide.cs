using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Sums over features lose too much in half precisions: they are taken in float32.</summary>
internal static class Wide
{
    /// <summary>The tensor itself, or a float32 copy of a bfloat16 or float16 one.</summary>
    public static Tensor Of(Tensor tensor)
    {
        if (tensor.dtype is ScalarType.BFloat16 or ScalarType.Float16)
        {
            return tensor.to(ScalarType.Float32);
        }

        return tensor;
    }
}
