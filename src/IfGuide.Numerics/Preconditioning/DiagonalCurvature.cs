using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>Mean squared gradient entries: u = q / (λ + damping), λ taken without an eigenbasis.</summary>
public sealed class DiagonalCurvature : DampedCurvature
{
    /// <inheritdoc/>
    public override string Key => "diagonal";

    /// <inheritdoc/>
    public override bool NeedsEigenbasis => false;

    /// <inheritdoc/>
    public override bool NeedsLambda => true;

    private protected override Tensor Diagonal(string layer, LayerFactors factors) => MeanLambda(layer, factors);

    private protected override Tensor Divide(string layer, Tensor gradient, Tensor damped, LayerFactors factors) => gradient / damped;
}
