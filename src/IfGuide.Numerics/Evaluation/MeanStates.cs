using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Evaluation;

/// <summary>What a model makes of a text: the mean over its tokens of the states after the final norm.</summary>
public static class MeanStates
{
    private const int BatchTokens = 4096;

    /// <summary>The mean states of texts. Texts of equal length are passed together, so nothing is padded.</summary>
    /// <param name="model">The model.</param>
    /// <param name="texts">Tokens of each; at least one, at most the model's positions.</param>
    /// <returns>A vector of the hidden size for each text, in their order.</returns>
    public static float[][] Of(CausalLanguageModel model, IReadOnlyList<int[]> texts)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        using var graph = no_grad();
        var means = new float[texts.Count][];
        foreach (var alike in Enumerable.Range(0, texts.Count).GroupBy(index => texts[index].Length))
        {
            foreach (var rows in alike.Chunk(Math.Max(1, BatchTokens / Math.Max(1, alike.Key))))
            {
                using var scope = NewDisposeScope();
                var ids = tensor(rows.SelectMany(row => texts[row]).Select(token => (long)token).ToArray()).reshape(rows.Length, alike.Key);
                var states = model.Hidden(ids.to(model.Device), null, ForwardPass.Plain).Value.to(ScalarType.Float32).mean([1L]).cpu().contiguous();
                foreach (var (row, mean) in rows.Zip(states.data<float>().ToArray().Chunk((int)states.shape[1])))
                {
                    means[row] = mean;
                }
            }
        }

        return means;
    }
}
