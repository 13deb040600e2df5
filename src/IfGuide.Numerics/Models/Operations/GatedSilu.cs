using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>The product of SwiGLU: y = silu(a) b with silu(a) = a σ(a); ẏ = σ(a) (1 + a (1 − σ(a))) b ȧ + silu(a) ḃ.</summary>
internal static class GatedSilu
{
    /// <summary>Elementwise on gate a and up b.</summary>
    public static Dual Apply(Dual gate, Dual up)
    {
        var silu = nn.functional.silu(gate.Value);
        var value = silu.mul(up.Value);
        var moved = gate.Tangent is null ? null : Slope(Wide.Of(gate.Value), Wide.Of(silu)).mul_(up.Value).mul_(gate.Tangent);
        if (up.Tangent is not null)
        {
            moved = moved is null ? silu.mul(up.Tangent) : moved.addcmul_(Wide.Of(silu), Wide.Of(up.Tangent), 1);
        }

        return new Dual(value, moved?.to(gate.Value.dtype));
    }

    /// <summary>silu'(a) = σ + silu(a) (1 − σ).</summary>
    private static Tensor Slope(Tensor gate, Tensor silu)
    {
        var sigmoid = gate.sigmoid();
        return silu.addcmul(silu, sigmoid, -1).add_(sigmoid);
    }
}
