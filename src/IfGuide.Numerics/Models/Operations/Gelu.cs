using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>GELU with the exact normal distribution: y = x Φ(x); ẏ = (Φ(x) + x φ(x)) ẋ.</summary>
internal static class Gelu
{
    private const double InverseRootTwo = 0.70710678118654752440;
    private const double InverseRootTwoPi = 0.39894228040143267794;

    /// <summary>Elementwise.</summary>
    public static Dual Apply(Dual input)
    {
        if (input.Tangent is null)
        {
            return Dual.Constant(nn.functional.gelu(input.Value));
        }

        var precision = input.Value.dtype;
        var x = Wide.Of(input.Value);
        var cumulative = x.mul(InverseRootTwo).erf_().add_(1).mul_(0.5);
        var slope = x.square().mul_(-0.5).exp_().mul_(InverseRootTwoPi).mul_(x).add_(cumulative);
        return new Dual(cumulative.mul_(x).to(precision), slope.mul_(input.Tangent).to(precision));
    }
}
