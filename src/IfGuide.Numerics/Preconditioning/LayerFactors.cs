using IfGuide.Numerics.Curvature;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>What is known of one layer's curvature. The tensors stay their owner's.</summary>
/// <param name="Activation">Eigenpairs of the activation covariance, of size in (+ 1); null where the approximation needs none.</param>
/// <param name="Gradient">Eigenpairs of the gradient covariance, of size out; null where the approximation needs none.</param>
/// <param name="LambdaSum">What the lambda pass summed, [out, in (+ 1)]; null where the approximation needs none.</param>
/// <param name="SequenceCount">Number of sequences in that sum.</param>
public sealed record LayerFactors(Eigenpairs? Activation, Eigenpairs? Gradient, Tensor? LambdaSum, long SequenceCount)
{
    /// <summary>Nothing is known.</summary>
    public static LayerFactors None { get; } = new(null, null, null, 0);
}
