using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>GELU with the exact normal distribution: y = x Φ(x); ẏ = (Φ(x) + x φ(x)) ẋ.</summary>
internal static class Gelu
{
    /// <summary>Elementwise.</summary>
    public static Dual Apply(Dual input)
    {
        if (input.IsConstant)
        {
            return Dual.Constant(nn.functional.gelu(input.Value));
        }

        return SymmetricJacobian.Apply(input, nn.functional.gelu);
    }
}
