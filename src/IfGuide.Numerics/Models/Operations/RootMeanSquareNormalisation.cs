using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>RMSNorm over the last dimension: y = γ x̂ with x̂ = x r, r = 1/√(mean(x²) + ε).</summary>
/// <remarks>Computed in float32 or wider, as Llama does. Tangent: ẏ = γ r (ẋ − x̂ mean(x̂ ẋ)).</remarks>
internal static class RootMeanSquareNormalisation
{
    /// <summary>[.., d] to the same shape.</summary>
    public static Dual Apply(Dual input, Tensor weight, double epsilon)
    {
        var precision = input.Value.dtype;
        var x = Wide.Of(input.Value);
        var meanSquare = x.mul(x).mean([-1], true);
        var inverse = meanSquare.Plus(epsilon).rsqrt();
        var normalised = x.mul(inverse);
        var value = normalised.to(precision).mul(weight);
        return new Dual(value, [.. input.Tangents.Select(Move)]);

        Tensor? Move(Tensor? tangent)
        {
            if (tangent is null)
            {
                return null;
            }

            var wide = Wide.Of(tangent);
            var moved = wide.PlusProduct(normalised, normalised.mul(wide).mean([-1], true), -1);
            return moved.mul_(inverse).mul_(Wide.Of(weight)).to(precision);
        }
    }
}
