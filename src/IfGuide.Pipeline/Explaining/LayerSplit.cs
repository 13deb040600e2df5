using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Curvature;
using IfGuide.Pipeline.Influence;
using IfGuide.Pipeline.Methods;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Explaining;

/// <summary>Splits the scores of a document by tracked layer. A score is a sum over layers; each part is the score along that layer's direction alone.</summary>
internal static class LayerSplit
{
    public static IReadOnlyList<LayerContribution> Of(RunContext context, BehaviourNames behaviour, DocumentRange range, TokenTarget target)
    {
        using var scope = NewDisposeScope();
        var model = ProxyModel.Of(context);
        var direction = Directions.Load(context, [behaviour])[0];
        var layers = model.TrackedLayers.Select(layer => layer.Name).ToArray();
        var parts = layers.Select(_ => new float[range.Count]).ToArray();
        using var scorer = context.Specification.Scores.Method().OpenLayerScorer(model, direction);
        foreach (var batch in ShardBatches.OfTokens(context, context.Work, range.First, range.Count))
        {
            using var part = NewDisposeScope();
            for (var layer = 0; layer < layers.Length; layer++)
            {
                Copy(scorer.Score(batch, layer), batch.SequenceIndices, range, parts[layer]);
            }
        }

        return [.. layers.Select((layer, index) => new LayerContribution(layer, Sum(parts[index], range, target), parts[index]))];
    }

    private static void Copy(Tensor scores, IReadOnlyList<long> sequences, DocumentRange range, float[] part)
    {
        var length = (int)scores.shape[1];
        var values = scores.to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            var place = sequences[i / length] * length + i % length - range.First;
            if (place >= 0 && place < range.Count)
            {
                part[place] = values[i];
            }
        }
    }

    private static double Sum(float[] part, DocumentRange range, TokenTarget target) =>
        part.Skip((int)(target.First - range.First)).Take(target.Count).Sum(score => (double)score);
}
