using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>Eigenvalue-corrected Kronecker factors: u = Q_g [ (Q_gᵀ q Q_a) / (λ + damping) ] Q_aᵀ (George et al. 2018, Grosse et al. 2023).</summary>
/// <remarks>λ is a mean over sequences.</remarks>
public sealed class EkfacCurvature : DampedCurvature
{
    /// <inheritdoc/>
    public override string Key => "ekfac";

    /// <inheritdoc/>
    public override bool NeedsEigenbasis => true;

    /// <inheritdoc/>
    public override bool NeedsLambda => true;

    private protected override Tensor Diagonal(string layer, LayerFactors factors) => MeanLambda(layer, factors);

    private protected override Tensor Divide(string layer, Tensor gradient, Tensor damped, LayerFactors factors) =>
        DivideInEigenbasis(layer, gradient, damped, factors);
}
