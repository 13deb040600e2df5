using IfGuide.Numerics.Models;
using IfGuide.Numerics.Selection;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>The authors' decomposition by position, at their own index: position t carries the loss of token t + 1.</summary>
public sealed class ReferenceScores : IScoreMethod
{
    /// <inheritdoc/>
    public string Key => "reference";

    /// <inheritdoc/>
    public SelectionKind Selection => SelectionKind.Reference;

    /// <inheritdoc/>
    public ITokenScorer OpenScorer(CausalLanguageModel model, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> directions) =>
        new PositionScorer(model, directions);

    /// <inheritdoc/>
    public ILayerScorer OpenLayerScorer(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction) =>
        new LayerPositionScorer(model, direction);
}
