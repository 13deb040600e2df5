using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>GPT-2's GELU: y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), Hugging Face's <c>gelu_new</c>.</summary>
internal static class TanhGelu
{
    private const double Cubic = 0.044715;
    private static readonly double Scale = Math.Sqrt(2 / Math.PI);

    /// <summary>Elementwise.</summary>
    public static Dual Apply(Dual input)
    {
        if (input.IsConstant)
        {
            return Dual.Constant(Compute(input.Value));
        }

        return SymmetricJacobian.Apply(input, Compute);
    }

    private static Tensor Compute(Tensor x)
    {
        var inner = x.Plus(x.mul(x).mul(x).Times(Cubic)).Times(Scale);
        var half = x.Times(0.5);
        return half.Plus(half.mul(inner.tanh()));
    }
}
