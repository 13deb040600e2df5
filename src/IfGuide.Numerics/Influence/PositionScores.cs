using IfGuide.Numerics.Models;
using IfGuide.Numerics.Selection;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>The authors' decomposition by position, moved to the label that the position predicts, t to t + 1.</summary>
public sealed class PositionScores : IScoreMethod
{
    /// <inheritdoc/>
    public string Key => "position";

    /// <inheritdoc/>
    public SelectionKind Selection => SelectionKind.LabelAligned;

    /// <inheritdoc/>
    public ITokenScorer OpenScorer(CausalLanguageModel model, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> directions) =>
        new Scorer(new PositionScorer(model, directions));

    /// <inheritdoc/>
    public ILayerScorer OpenLayerScorer(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction) =>
        new LayerScorer(new LayerPositionScorer(model, direction));

    private sealed class Scorer(PositionScorer positions) : ITokenScorer
    {
        public IReadOnlyList<Tensor> Scores(TokenBatch batch) => [.. positions.Scores(batch).Select(PositionScorer.ShiftToLabels)];

        public void Dispose() => positions.Dispose();
    }

    private sealed class LayerScorer(LayerPositionScorer positions) : ILayerScorer
    {
        public Tensor Score(TokenBatch batch, int layer) => PositionScorer.ShiftToLabels(positions.Score(batch, layer));

        public void Dispose() => positions.Dispose();
    }
}
