using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>The product of SwiGLU: y = silu(a) b with silu(a) = a σ(a); ẏ = silu'(a) ȧ b + silu(a) ḃ.</summary>
internal static class GatedSilu
{
    /// <summary>Elementwise on gate a and up b.</summary>
    public static Dual Apply(Dual gate, Dual up)
    {
        var silu = gate.Tangent is null
            ? Dual.Constant(nn.functional.silu(gate.Value))
            : SymmetricJacobian.Apply(gate.Value, gate.Tangent, values => nn.functional.silu(values));
        var value = silu.Value.mul(up.Value);
        var moved = silu.Tangent?.mul(up.Value);
        if (up.Tangent is not null)
        {
            moved = moved is null ? silu.Value.mul(up.Tangent) : moved.AddProductInPlace(silu.Value, up.Tangent);
        }

        return new Dual(value, moved);
    }
}
