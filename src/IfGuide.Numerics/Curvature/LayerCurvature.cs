using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>How the curvature of a layer is approximated.</summary>
public enum PreconditioningStrategy
{
    /// <summary>Eigenvalue-corrected Kronecker factors: needs both bases and lambda.</summary>
    Ekfac,
    /// <summary>Kronecker factors: needs both bases and their eigenvalues.</summary>
    Kfac,
    /// <summary>Mean squared gradient entries: needs lambda, taken without bases.</summary>
    Diagonal,
    /// <summary>No curvature.</summary>
    Identity,
}

/// <summary>What a strategy needs to know of one layer's curvature. The tensors stay their owner's.</summary>
/// <param name="Activation">Eigenpairs of the activation covariance, of size in (+ 1); null where the strategy needs none.</param>
/// <param name="Gradient">Eigenpairs of the gradient covariance, of size out; null where the strategy needs none.</param>
/// <param name="LambdaSum">What the lambda pass summed, [out, in (+ 1)]; null where the strategy needs none.</param>
/// <param name="SequenceCount">Number of sequences in that sum.</param>
public sealed record LayerCurvature(Eigenpairs? Activation, Eigenpairs? Gradient, Tensor? LambdaSum, long SequenceCount)
{
    /// <summary>No curvature at all, for <see cref="PreconditioningStrategy.Identity"/>.</summary>
    public static LayerCurvature None { get; } = new(null, null, null, 0);
}
