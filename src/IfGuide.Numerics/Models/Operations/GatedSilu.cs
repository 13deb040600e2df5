using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>The product of SwiGLU: y = silu(a) b with silu(a) = a σ(a); ẏ = silu'(a) ȧ b + silu(a) ḃ.</summary>
internal static class GatedSilu
{
    /// <summary>Elementwise on gate a and up b.</summary>
    public static Dual Apply(Dual gate, Dual up)
    {
        var silu = ApplySilu(gate);
        return new Dual(silu.Value.mul(up.Value), silu.Derive(up, Move));

        Tensor? Move(Tensor? siluMoved, Tensor? upMoved)
        {
            var moved = siluMoved?.mul(up.Value);
            if (upMoved is null)
            {
                return moved;
            }

            return moved?.AddProductInPlace(silu.Value, upMoved) ?? silu.Value.mul(upMoved);
        }
    }

    private static Dual ApplySilu(Dual gate)
    {
        if (gate.IsConstant)
        {
            return Dual.Constant(nn.functional.silu(gate.Value));
        }

        return SymmetricJacobian.Apply(gate, values => nn.functional.silu(values));
    }
}
