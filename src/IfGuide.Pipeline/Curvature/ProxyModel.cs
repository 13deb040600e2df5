using IfGuide.Numerics.Models;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Curvature;

/// <summary>The model whose gradients attribute, in the precision of the factors.</summary>
internal static class ProxyModel
{
    public static CausalLanguageModel Of(RunContext context) => context.Session.Model(
        context.Store,
        context.Inputs.Proxy.Configuration,
        context.Names.ProxyWeights,
        context.Specification.Factors.Precision);
}
