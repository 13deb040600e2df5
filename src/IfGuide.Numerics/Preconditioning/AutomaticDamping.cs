using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>0.1 × the mean of the layer's curvature (Grosse et al. 2023).</summary>
public sealed class AutomaticDamping : IDampingRule
{
    /// <summary>Its share of the layer's mean curvature.</summary>
    public const double Share = 0.1;

    /// <inheritdoc/>
    public double DampingOf(Tensor curvature)
    {
        using var scope = NewDisposeScope();
        return Share * curvature.mean().item<double>();
    }
}
