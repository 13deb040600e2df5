using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>RMSNorm over the last dimension: y = γ x̂ with x̂ = x r, r = 1/√(mean(x²) + ε), computed in float32 or wider as Llama does.</summary>
/// <remarks>Tangent: ẏ = γ r (ẋ − x̂ mean(x̂ ẋ)).</remarks>
internal static class RootMeanSquareNormalisation
{
    /// <summary>[.., d] to the same shape.</summary>
    public static Dual Apply(Dual input, Tensor weight, double epsilon)
    {
        var precision = input.Value.dtype;
        var x = Wide.Of(input.Value);
        var inverse = x.mul(x).mean([-1], true).Plus(epsilon).rsqrt();
        var normalised = x.mul(inverse);
        var value = normalised.to(precision).mul(weight);
        return new Dual(value, [.. input.Tangents.Select(tangent => tangent is null ? null : Moved(Wide.Of(tangent)))]);

        Tensor Moved(Tensor tangent)
        {
            var moved = tangent.PlusProduct(normalised, normalised.mul(tangent).mean([-1], true), -1);
            return moved.mul_(inverse).mul_(Wide.Of(weight)).to(precision);
        }
    }
}
