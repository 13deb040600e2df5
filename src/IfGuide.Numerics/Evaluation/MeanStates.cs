using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Evaluation;

/// <summary>What a model makes of a text: the mean over its tokens of the states after the final norm.</summary>
public static class MeanStates
{
    private const int MaxBatchTokens = 4096;

    /// <summary>Computes the mean states of texts. Texts of equal length are passed together, so nothing is padded.</summary>
    /// <param name="model">The model.</param>
    /// <param name="texts">Tokens of each; at least one, at most the model's positions.</param>
    /// <returns>A vector of the hidden size for each text, in their order.</returns>
    public static float[][] Compute(CausalLanguageModel model, IReadOnlyList<int[]> texts)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        using var graph = no_grad();
        var means = new float[texts.Count][];
        foreach (var rows in ListBatches(texts))
        {
            var found = ComputeBatch(model, [.. rows.Select(row => texts[row])]);
            foreach (var (row, mean) in rows.Zip(found))
            {
                means[row] = mean;
            }
        }

        return means;
    }

    /// <summary>Indices of texts of equal length.</summary>
    private static IEnumerable<int[]> ListBatches(IReadOnlyList<int[]> texts)
    {
        var byLength = Enumerable.Range(0, texts.Count).GroupBy(index => texts[index].Length);
        return byLength.SelectMany(alike => alike.Chunk(Math.Max(1, MaxBatchTokens / Math.Max(1, alike.Key))));
    }

    private static IEnumerable<float[]> ComputeBatch(CausalLanguageModel model, int[][] texts)
    {
        using var scope = NewDisposeScope();
        var tokens = texts.SelectMany(text => text).Select(token => (long)token).ToArray();
        var ids = tensor(tokens).reshape(texts.Length, texts[0].Length).to(model.Device); // [B, T]
        var hidden = model.Hidden(ids, null, ForwardPass.Plain).Value;
        var states = hidden.to(ScalarType.Float32).mean([1L]).cpu().contiguous(); // [B, d]
        return states.data<float>().ToArray().Chunk((int)states.shape[1]);
    }
}
