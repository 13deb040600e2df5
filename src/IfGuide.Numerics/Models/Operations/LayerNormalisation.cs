using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>LayerNorm over the last dimension: y = γ x̂ + β with x̂ = (x − mean) r, r = 1/√(variance + ε).</summary>
/// <remarks>Tangent: ẏ = γ r (ẋ − mean(ẋ) − x̂ mean(x̂ ẋ)).</remarks>
internal static class LayerNormalisation
{
    /// <summary>[.., d] to the same shape.</summary>
    public static Dual Apply(Dual input, Tensor weight, Tensor bias, double epsilon)
    {
        var shape = weight.shape;
        if (input.IsConstant)
        {
            return Dual.Constant(nn.functional.layer_norm(input.Value, shape, weight, bias, epsilon));
        }

        var normalised = SymmetricJacobian.Apply(input, values => nn.functional.layer_norm(values, shape, eps: epsilon));
        var value = bias.PlusProduct(normalised.Value, weight);
        return new Dual(value, [.. normalised.Tangents.Select(tangent => tangent?.mul_(weight))]);
    }
}
