using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Randomness;

namespace IfGuide.Numerics.Curvature;

/// <summary>Whose labels the gradients of a curvature pass are taken at.</summary>
public sealed record LabelSource
{
    private LabelSource(LabelSampling? sampling) => Sampling = sampling;

    /// <summary>The corpus' own labels: the empirical Fisher.</summary>
    public static LabelSource Empirical { get; } = new((LabelSampling?)null);

    /// <summary>How labels are drawn from the model's own predictions; null: they are the corpus'.</summary>
    public LabelSampling? Sampling { get; }

    /// <summary>Labels drawn from the model: the Fisher. Each draw depends on (seed, purpose, sequence index, position) alone.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose"><see cref="RandomPurpose.CovarianceLabels"/> or <see cref="RandomPurpose.LambdaLabels"/>: two passes draw independently.</param>
    public static LabelSource Sampled(ulong seed, RandomPurpose purpose) => new(new LabelSampling(seed, purpose));
}
