using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>An approximation of a layer's curvature: which factors it needs, and how it multiplies by its damped inverse.</summary>
public interface ICurvature
{
    /// <summary>Its name in a run file.</summary>
    string Key { get; }

    /// <summary>Whether it needs the eigenpairs of both covariances.</summary>
    bool NeedsEigenbasis { get; }

    /// <summary>Whether it needs lambda: in the eigenbasis where it needs one, else of the gradient itself.</summary>
    bool NeedsLambda { get; }

    /// <summary>Whether damping is added to it.</summary>
    bool IsDamped { get; }

    /// <summary>Multiplies a gradient of one layer by the inverse of its damped curvature, in float64.</summary>
    /// <param name="layer">The layer's name, for errors.</param>
    /// <param name="gradient">q, [out, in (+ 1)], any floating type.</param>
    /// <param name="factors">The layer's factors.</param>
    /// <param name="damping">What is added to the curvature.</param>
    /// <param name="precision">Type of the result.</param>
    /// <returns>The caller's scope owns the direction.</returns>
    /// <exception cref="ArgumentException">A factor that the approximation needs is missing or has a wrong shape.</exception>
    /// <exception cref="NonFiniteException">The gradient, a factor or the result is not finite, or curvature and damping are both zero.</exception>
    PreconditionedGradient Precondition(
        string layer, Tensor gradient, LayerFactors factors, IDampingRule damping, ScalarType precision = ScalarType.Float32);
}
