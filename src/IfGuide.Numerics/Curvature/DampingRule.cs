using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>What is added to a layer's curvature before it is inverted.</summary>
public sealed record DampingRule
{
    /// <summary>The automatic damping's share of the layer's mean curvature (Grosse et al. 2023).</summary>
    public const double AutomaticShare = 0.1;

    private readonly double? value;

    private DampingRule(double? value) => this.value = value;

    /// <summary>0.1 × the mean of the layer's curvature.</summary>
    public static DampingRule Automatic { get; } = new((double?)null);

    /// <summary>The same number for every layer, in units of the mean squared gradient.</summary>
    /// <param name="value">Zero or more.</param>
    public static DampingRule Absolute(double value) => double.IsFinite(value) && value >= 0
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Damping must be a finite number, zero or more.");

    /// <summary>The damping of one layer.</summary>
    /// <param name="curvature">The layer's diagonal curvature in its own basis, any shape, float64.</param>
    public double For(Tensor curvature)
    {
        using var scope = NewDisposeScope();
        return value ?? AutomaticShare * curvature.mean().item<double>();
    }
}
