using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>The same number for every layer.</summary>
public sealed class AbsoluteDamping : IDampingRule
{
    private readonly double value;

    /// <param name="value">Finite and at least 0, in units of the mean squared gradient.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public AbsoluteDamping(double value)
    {
        if (!double.IsFinite(value) || value < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "Damping must be a finite number, zero or more.");
        }

        this.value = value;
    }

    /// <inheritdoc/>
    public double DampingOf(Tensor curvature) => value;
}
