using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Tangents of functions whose Jacobian J is symmetric: J ẋ = Jᵀ ẋ, so torch's fused backward kernel computes the forward derivative.</summary>
/// <remarks>Elementwise functions (J diagonal), softmax (J = diag(p) − p pᵀ) and the normalisation in LayerNorm (J = r (I − 1 1ᵀ/d − x̂ x̂ᵀ/d)). One kernel reads memory once where the same formula in single operations reads it ten times.</remarks>
internal static class SymmetricJacobian
{
    /// <summary>f(x) and J ẋ along each direction; f is computed once.</summary>
    public static Dual Apply(Dual input, Func<Tensor, Tensor> function)
    {
        using var graph = enable_grad();
        var leaf = input.Value.detach().requires_grad_(true);
        var result = function(leaf);
        return new Dual(result.detach(), [.. input.Tangents.Select(tangent => tangent is null ? null : Moved(tangent))]);

        Tensor Moved(Tensor tangent)
        {
            autograd.backward([result], [tangent], retain_graph: input.Tangents.Count > 1, create_graph: false, inputs: [leaf]);
            var moved = leaf.grad!;
            leaf.grad = null; // the next direction's gradient would be added to it
            return moved;
        }
    }
}
