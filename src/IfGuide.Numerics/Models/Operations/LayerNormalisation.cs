using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>LayerNorm over the last dimension: y = γ x̂ + β with x̂ = (x − mean) r, r = 1/√(variance + ε).</summary>
/// <remarks>Tangent: ẏ = γ r (ẋ − mean(ẋ) − x̂ mean(x̂ ẋ)).</remarks>
internal static class LayerNormalisation
{
    /// <summary>[.., d] to the same shape.</summary>
    public static Dual Apply(Dual input, Tensor weight, Tensor bias, double epsilon)
    {
        if (input.Tangent is null)
        {
            return Dual.Constant(nn.functional.layer_norm(input.Value, weight.shape, weight, bias, epsilon));
        }

        var precision = input.Value.dtype;
        var (x, tangent, scale) = (Wide.Of(input.Value), Wide.Of(input.Tangent), Wide.Of(weight));
        var normalised = x.sub(x.mean([-1], true));
        var inverse = normalised.square().mean([-1], true).add_(epsilon).rsqrt_();
        normalised.mul_(inverse);
        var value = addcmul(Wide.Of(bias), normalised, scale, 1);
        var moved = tangent.sub(tangent.mean([-1], true));
        moved.addcmul_(normalised, normalised.mul(tangent).mean([-1], true), -1);
        moved.mul_(inverse).mul_(scale);
        return new Dual(value.to(precision), moved.to(precision));
    }
}
