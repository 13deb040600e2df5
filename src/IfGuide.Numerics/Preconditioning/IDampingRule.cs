using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>What is added to a layer's curvature before it is inverted.</summary>
public interface IDampingRule
{
    /// <summary>The damping of one layer.</summary>
    /// <param name="curvature">The layer's diagonal curvature in its own basis, any shape, float64.</param>
    /// <returns>At least 0, in units of the mean squared gradient.</returns>
    double DampingOf(Tensor curvature);
}
