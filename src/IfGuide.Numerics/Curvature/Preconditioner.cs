using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>One layer's preconditioned gradient.</summary>
/// <param name="Direction">u = (F + damping)⁻¹ q, [out, in (+ 1)].</param>
/// <param name="Damping">What was added to the curvature; 0 for the identity.</param>
public sealed record PreconditionedGradient(Tensor Direction, double Damping);

/// <summary>Multiplies a query gradient by the inverse of a layer's damped curvature, in float64.</summary>
/// <remarks>u = Q_g [ (Q_gᵀ q Q_a) / (λ + damping) ] Q_aᵀ (Grosse et al. 2023). λ is the mean over sequences for EK-FAC and the diagonal, and the outer product of the
/// factors' eigenvalues, a mean over tokens, for K-FAC: the two differ by about the number of tokens per sequence.</remarks>
public static class Preconditioner
{
    /// <summary>Preconditions one layer.</summary>
    /// <param name="strategy">Approximation of the curvature.</param>
    /// <param name="layer">The layer's name, for errors.</param>
    /// <param name="gradient">q, [out, in (+ 1)], any floating type.</param>
    /// <param name="curvature">What the strategy needs; see <see cref="PreconditioningStrategy"/>.</param>
    /// <param name="damping">What is added to the curvature.</param>
    /// <param name="precision">Type of the result.</param>
    /// <returns>The caller's scope owns the direction.</returns>
    /// <exception cref="ArgumentException">A factor that the strategy needs is missing or has a wrong shape.</exception>
    /// <exception cref="NonFiniteException">The gradient, a factor or the result is not finite, or curvature and damping are both zero.</exception>
    public static PreconditionedGradient Precondition(
        PreconditioningStrategy strategy, string layer, Tensor gradient, LayerCurvature curvature, DampingRule damping, ScalarType precision = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        var q = gradient.to_type(ScalarType.Float64);
        FiniteCheck.ThrowIfNotFinite("preconditioning", layer, "query gradient", q, "Check the query set and the model's weights.");
        if (strategy == PreconditioningStrategy.Identity)
        {
            return new PreconditionedGradient(gradient.to_type(precision).clone().MoveToOuterDisposeScope(), 0);
        }

        var scale = Scale(strategy, layer, curvature, q.shape);
        FiniteCheck.ThrowIfNotFinite("preconditioning", layer, "curvature", scale, "Compute the factors again.");
        var added = damping.For(scale);
        var u = strategy == PreconditioningStrategy.Diagonal
            ? q / scale.Plus(added)
            : InBasis(layer, q, scale.Plus(added), curvature);
        u = u.to_type(precision);
        FiniteCheck.ThrowIfNotFinite("preconditioning", layer, "preconditioned gradient", u,
            $"The damping was {added:g6}: where curvature and damping are both zero nothing can be divided; give a larger absolute damping.");
        return new PreconditionedGradient(u.MoveToOuterDisposeScope(), added);
    }

    /// <summary>The curvature's diagonal in the strategy's basis, [out, in (+ 1)], float64, never below zero.</summary>
    private static Tensor Scale(PreconditioningStrategy strategy, string layer, LayerCurvature curvature, long[] shape)
    {
        if (strategy == PreconditioningStrategy.Kfac)
        {
            var outer = Need(curvature.Gradient, layer, strategy).Values.to_type(ScalarType.Float64).AtLeast(0)
                .outer(Need(curvature.Activation, layer, strategy).Values.to_type(ScalarType.Float64).AtLeast(0)); // rounding leaves null directions a little below zero
            return Shaped(outer, shape, layer);
        }

        var lambda = Need(curvature.LambdaSum, layer, strategy).to_type(ScalarType.Float64);
        return curvature.SequenceCount > 0
            ? Shaped(lambda.Over(curvature.SequenceCount), shape, layer)
            : throw new ArgumentException($"The lambda of layer '{layer}' was summed over no sequence: the factor corpus is empty.");
    }

    private static Tensor InBasis(string layer, Tensor q, Tensor damped, LayerCurvature curvature)
    {
        var left = Need(curvature.Gradient, layer, PreconditioningStrategy.Ekfac).Vectors.to_type(ScalarType.Float64);
        var right = Need(curvature.Activation, layer, PreconditioningStrategy.Ekfac).Vectors.to_type(ScalarType.Float64);
        var inside = left.t().mm(q).mm(right) / damped;
        return left.mm(inside).mm(right.t());
    }

    private static T Need<T>(T? factor, string layer, PreconditioningStrategy strategy) where T : class => factor
        ?? throw new ArgumentException($"Layer '{layer}' lacks a factor that strategy {strategy} needs: fit the factors with this strategy.");

    private static Tensor Shaped(Tensor scale, long[] shape, string layer) => scale.shape.AsSpan().SequenceEqual(shape)
        ? scale
        : throw new ArgumentException($"The curvature of layer '{layer}' has shape [{string.Join(", ", scale.shape)}] and its gradient [{string.Join(", ", shape)}]: they belong to different models.");
}
