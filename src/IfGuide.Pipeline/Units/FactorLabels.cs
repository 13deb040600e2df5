using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Randomness;
using IfGuide.Pipeline.Execution;

namespace IfGuide.Pipeline.Units;

/// <summary>Whose labels the factors are taken at, as the run says.</summary>
internal static class FactorLabels
{
    public static LabelSource Of(UnitContext context, RandomPurpose purpose) =>
        context.Specification.Factors.Labels == CurvatureLabels.Empirical
            ? LabelSource.Empirical
            : LabelSource.Sampled(context.Specification.Seed, purpose);
}

/// <summary>The model whose gradients attribute, in the precision of the factors.</summary>
internal static class ProxyModel
{
    public static CausalLanguageModel Of(UnitContext context) => context.Session.Model(
        context.Store,
        context.Inputs.Proxy.Configuration,
        context.Names.ProxyWeights,
        context.Specification.Factors.Precision);
}
