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

    /// <summary>Tracked layers that read the same activation as the group's first.</summary>
    public static IReadOnlyList<string> LayersOf(RunContext context, string group) =>
        [.. ProxyModel.Of(context).TrackedLayers.Where(layer => layer.InputGroup == group).Select(layer => layer.Name)];
}
