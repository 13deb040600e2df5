using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>A curvature that is diagonal in some basis: damp its diagonal, divide by it there.</summary>
public abstract class DampedCurvature : ICurvature
{
    private protected const string Computation = "preconditioning";

    private protected DampedCurvature()
    {
    }

    /// <inheritdoc/>
    public abstract string Key { get; }

    /// <inheritdoc/>
    public abstract bool NeedsEigenbasis { get; }

    /// <inheritdoc/>
    public abstract bool NeedsLambda { get; }

    /// <inheritdoc/>
    public bool IsDamped => true;

    /// <inheritdoc/>
    public PreconditionedGradient Precondition(
        string layer, Tensor gradient, LayerFactors factors, IDampingRule damping, ScalarType precision = ScalarType.Float32)
    {
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(damping);
        using var scope = NewDisposeScope();
        var q = gradient.to_type(ScalarType.Float64);
        CheckGradient(layer, q);
        var diagonal = Diagonal(layer, factors);
        CheckShape(layer, diagonal, q.shape);
        FiniteCheck.ThrowIfNotFinite(Computation, layer, "curvature", diagonal, "Compute the factors again.");
        var added = damping.DampingOf(diagonal);
        var u = Divide(layer, q, diagonal.Plus(added), factors).to_type(precision);
        FiniteCheck.ThrowIfNotFinite(Computation, layer, "preconditioned gradient", u,
            $"The damping was {added:g6}: where curvature and damping are both zero nothing can be divided; give a larger absolute damping.");
        return new PreconditionedGradient(u.MoveToOuterDisposeScope(), added);
    }

    /// <summary>The curvature in its own basis, [out, in (+ 1)], float64, never below zero.</summary>
    private protected abstract Tensor Diagonal(string layer, LayerFactors factors);

    /// <summary>Divides a gradient by a damped diagonal, in the basis that the diagonal belongs to.</summary>
    private protected abstract Tensor Divide(string layer, Tensor gradient, Tensor damped, LayerFactors factors);

    /// <summary>The mean over sequences of what the lambda pass summed.</summary>
    private protected Tensor MeanLambda(string layer, LayerFactors factors)
    {
        var lambda = Require(factors.LambdaSum, layer).to_type(ScalarType.Float64);
        if (factors.SequenceCount <= 0)
        {
            throw new ArgumentException($"The lambda of layer '{layer}' was summed over no sequence: the factor corpus is empty.");
        }

        return lambda.Over(factors.SequenceCount);
    }

    /// <summary>Q_g [ (Q_gᵀ q Q_a) / damped ] Q_aᵀ.</summary>
    private protected Tensor DivideInEigenbasis(string layer, Tensor gradient, Tensor damped, LayerFactors factors)
    {
        var left = Require(factors.Gradient, layer).Vectors.to_type(ScalarType.Float64);
        var right = Require(factors.Activation, layer).Vectors.to_type(ScalarType.Float64);
        var inside = left.t().mm(gradient).mm(right) / damped; // [out, in (+ 1)]
        return left.mm(inside).mm(right.t());
    }

    /// <exception cref="ArgumentException">The factor is missing.</exception>
    private protected T Require<T>(T? factor, string layer) where T : class => factor
        ?? throw new ArgumentException($"Layer '{layer}' lacks a factor that strategy '{Key}' needs: fit the factors with this strategy.");

    internal static void CheckGradient(string layer, Tensor gradient) =>
        FiniteCheck.ThrowIfNotFinite(Computation, layer, "query gradient", gradient, "Check the query set and the model's weights.");

    private static void CheckShape(string layer, Tensor diagonal, long[] shape)
    {
        if (!diagonal.shape.AsSpan().SequenceEqual(shape))
        {
            throw new ArgumentException(
                $"The curvature of layer '{layer}' has shape [{string.Join(", ", diagonal.shape)}] and its gradient [{string.Join(", ", shape)}]: "
                + "they belong to different models.");
        }
    }
}
