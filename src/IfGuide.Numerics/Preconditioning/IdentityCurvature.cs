using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>No curvature: u = q.</summary>
public sealed class IdentityCurvature : ICurvature
{
    /// <inheritdoc/>
    public string Key => "identity";

    /// <inheritdoc/>
    public bool NeedsEigenbasis => false;

    /// <inheritdoc/>
    public bool NeedsLambda => false;

    /// <inheritdoc/>
    public bool IsDamped => false;

    /// <inheritdoc/>
    public PreconditionedGradient Precondition(
        string layer, Tensor gradient, LayerFactors factors, IDampingRule damping, ScalarType precision = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        DampedCurvature.CheckGradient(layer, gradient.to_type(ScalarType.Float64));
        return new PreconditionedGradient(gradient.to_type(precision).clone().MoveToOuterDisposeScope(), 0);
    }
}
