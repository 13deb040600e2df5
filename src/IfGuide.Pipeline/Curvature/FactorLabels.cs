using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Randomness;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Curvature;

/// <summary>Whose labels the factors are taken at, as the run says.</summary>
internal static class FactorLabels
{
    public static LabelSource Of(RunContext context, RandomPurpose purpose) =>
        context.Specification.Factors.Labels == CurvatureLabels.Empirical
            ? LabelSource.Empirical
            : LabelSource.Sampled(context.Specification.Seed, purpose);
}
