using IfGuide.Numerics.Curvature;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>One layer's share of the position scores, gₜᵀ U [aₜ; 1] for every row t, without forming any outer product.</summary>
public static class LayerPositionScore
{
    /// <summary>One matrix product, contracted over the wider side, and a row-wise inner product on the narrower.</summary>
    /// <param name="activations">a, [rows, in].</param>
    /// <param name="gradients">g, [rows, out], of the same type.</param>
    /// <param name="direction">U, [out, in], or [out, in + 1] with the bias last; of the same type.</param>
    /// <returns>[rows], float32 or float64; the caller's scope owns it.</returns>
    public static Tensor Compute(Tensor activations, Tensor gradients, Tensor direction)
    {
        using var scope = NewDisposeScope();
        var (inputs, outputs) = (activations.shape[1], gradients.shape[1]);
        if (direction.shape[0] != outputs || (direction.shape[1] != inputs && direction.shape[1] != inputs + 1))
        {
            throw new ArgumentException($"The direction has shape [{string.Join(", ", direction.shape)}]; expected [{outputs}, {inputs}] or, with a bias, [{outputs}, {inputs + 1}].", nameof(direction));
        }

        var precision = AccumulationPrecision.For(activations.dtype);
        var weight = direction.narrow(1, 0, inputs);
        var (product, other) = inputs <= outputs ? (gradients.mm(weight), activations) : (activations.mm(weight.t()), gradients);
        var score = product.to_type(precision).mul_(other).sum(1L);
        if (direction.shape[1] > inputs)
        {
            score.addmv_(gradients.to_type(precision), direction.select(1, inputs).to_type(precision), 1, 1);
        }

        return score.MoveToOuterDisposeScope();
    }
}
