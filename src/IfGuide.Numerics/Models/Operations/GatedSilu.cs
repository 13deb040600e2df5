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
        var silu = gate.IsConstant
            ? Dual.Constant(nn.functional.silu(gate.Value))
            : SymmetricJacobian.Apply(gate, values => nn.functional.silu(values));
        return new Dual(silu.Value.mul(up.Value), silu.Derive(up, (siluMoved, upMoved) =>
        {
            var moved = siluMoved?.mul(up.Value);
            return upMoved is null ? moved : moved is null ? silu.Value.mul(upMoved) : moved.AddProductInPlace(silu.Value, upMoved);
        }));
    }
}
