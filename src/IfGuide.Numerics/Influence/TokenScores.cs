using IfGuide.Numerics.Models;
using IfGuide.Numerics.Selection;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>The derivative of learning token j along the direction, at index j (paper Eq. 8), by forward mode.</summary>
public sealed class TokenScores : IScoreMethod
{
    /// <inheritdoc/>
    public string Key => "token";

    /// <inheritdoc/>
    public SelectionKind Selection => SelectionKind.LabelAligned;

    /// <inheritdoc/>
    public ITokenScorer OpenScorer(CausalLanguageModel model, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> directions) =>
        new TokenScorer(model, directions);

    /// <inheritdoc/>
    public ILayerScorer OpenLayerScorer(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction) =>
        new LayerScorer(model, direction);

    /// <summary>A forward pass for each layer, along its direction alone.</summary>
    private sealed class LayerScorer(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction) : ILayerScorer
    {
        private readonly TokenScorer[] scorers = [.. model.TrackedLayers.Select(layer =>
            new TokenScorer(model, new Dictionary<string, Tensor> { [layer.Name] = direction[layer.Name] }))];

        public Tensor Score(TokenBatch batch, int layer) => scorers[layer].Score(batch);

        public void Dispose() => Array.ForEach(scorers, scorer => scorer.Dispose());
    }
}
