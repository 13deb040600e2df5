using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Tangents of functions whose Jacobian J is symmetric: J ẋ = Jᵀ ẋ, so torch's fused backward kernel computes the forward derivative.</summary>
/// <remarks>Elementwise functions (J diagonal), softmax (J = diag(p) − p pᵀ) and the normalisation in LayerNorm (J = r (I − 1 1ᵀ/d − x̂ x̂ᵀ/d)). One kernel reads memory once where the same formula in single operations reads it ten times.</remarks>
internal static class SymmetricJacobian
{
    /// <summary>f(x) and J ẋ.</summary>
    public static Dual Apply(Tensor value, Tensor tangent, Func<Tensor, Tensor> function)
    {
        using var graph = enable_grad();
        var leaf = value.detach().requires_grad_(true);
        var result = function(leaf);
        autograd.backward([result], [tangent], null, false, [leaf]);
        return new Dual(result.detach(), leaf.grad);
    }
}
