using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>Kronecker factors: as EK-FAC, with the outer product of the covariances' eigenvalues in place of λ (Martens and Grosse 2015).</summary>
/// <remarks>The product is a mean over tokens, where λ is one over sequences: the two differ by about the number of tokens per sequence.</remarks>
public sealed class KfacCurvature : DampedCurvature
{
    /// <inheritdoc/>
    public override string Key => "kfac";

    /// <inheritdoc/>
    public override bool NeedsEigenbasis => true;

    /// <inheritdoc/>
    public override bool NeedsLambda => false;

    private protected override Tensor Diagonal(string layer, LayerFactors factors)
    {
        var gradient = Eigenvalues(Require(factors.Gradient, layer));
        return gradient.outer(Eigenvalues(Require(factors.Activation, layer)));
    }

    private protected override Tensor Divide(string layer, Tensor gradient, Tensor damped, LayerFactors factors) =>
        DivideInEigenbasis(layer, gradient, damped, factors);

    /// <remarks>Rounding leaves null directions a little below zero.</remarks>
    private static Tensor Eigenvalues(Eigenpairs pairs) => pairs.Values.to_type(ScalarType.Float64).AtLeast(0);
}
