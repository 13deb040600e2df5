using IfGuide.Numerics.Randomness;

namespace IfGuide.Numerics.Curvature;

/// <summary>Whose labels the gradients of a curvature pass are taken at.</summary>
public sealed record LabelSource
{
    private LabelSource(bool isSampled, ulong seed, RandomPurpose purpose)
    {
        IsSampled = isSampled;
        Seed = seed;
        Purpose = purpose;
    }

    /// <summary>The corpus' own labels: the empirical Fisher.</summary>
    public static LabelSource Empirical { get; } = new(false, 0, default);

    /// <summary>True: labels are drawn from the model's own predictions.</summary>
    public bool IsSampled { get; }

    /// <summary>Seed of the draws.</summary>
    public ulong Seed { get; }

    /// <summary>Purpose of the draws, so that two passes draw independently.</summary>
    public RandomPurpose Purpose { get; }

    /// <summary>Labels drawn from the model: the Fisher. Each draw depends on (seed, purpose, sequence index, position) alone.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose"><see cref="RandomPurpose.CovarianceLabels"/> or <see cref="RandomPurpose.LambdaLabels"/>.</param>
    public static LabelSource Sampled(ulong seed, RandomPurpose purpose) => new(true, seed, purpose);
}
