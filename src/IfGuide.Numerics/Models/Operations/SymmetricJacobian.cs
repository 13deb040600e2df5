using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Tangents of functions whose Jacobian J is symmetric: since J ẋ = Jᵀ ẋ, torch's backward kernel computes them.</summary>
/// <remarks>
/// Such are elementwise functions (J diagonal), softmax (J = diag(p) − p pᵀ) and LayerNorm's normalisation (J = r (I − 1 1ᵀ/d − x̂ x̂ᵀ/d)).
/// One fused kernel reads memory once where the same formula in single operations reads it ten times.
/// </remarks>
internal static class SymmetricJacobian
{
    /// <summary>f(x) and J ẋ along each direction; f is computed once.</summary>
    public static Dual Apply(Dual input, Func<Tensor, Tensor> function)
    {
        using var graph = enable_grad();
        var leaf = input.Value.detach().requires_grad_(true);
        var result = function(leaf);
        return new Dual(result.detach(), [.. input.Tangents.Select(Move)]);

        Tensor? Move(Tensor? tangent)
        {
            if (tangent is null)
            {
                return null;
            }

            autograd.backward([result], [tangent], retain_graph: input.Tangents.Count > 1, create_graph: false, inputs: [leaf]);
            var moved = leaf.grad!;
            leaf.grad = null; // the next direction's gradient would be added to it
            return moved;
        }
    }
}
