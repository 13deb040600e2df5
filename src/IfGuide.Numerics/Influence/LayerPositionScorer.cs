using IfGuide.Numerics.Models;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>Position scores by layer: one captured pass for all layers of a batch.</summary>
internal sealed class LayerPositionScorer(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction) : ILayerScorer
{
    private readonly PositionScorer scorer = new(model, direction);
    private Tensor? scores;

    public Tensor Score(TokenBatch batch, int layer)
    {
        if (layer == 0 || scores is null)
        {
            scores = scorer.ScoreByLayer(batch);
        }

        return scores.select(0, layer);
    }

    public void Dispose() => scorer.Dispose();
}
