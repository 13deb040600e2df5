using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Evaluation;

/// <summary>Whether greedy decoding says what stands at the end of a text (LAMBADA).</summary>
/// <param name="LastToken">
/// The likeliest token after all others is the last one: the reference's measure, which sees the rest of the word.
/// </param>
/// <param name="Word">Each token of the last word is the likeliest after those before it: greedy decoding gives the whole word.</param>
public readonly record struct LastWordMatch(bool LastToken, bool Word)
{
    /// <summary>Measures texts of equal length, whose last words have equally many tokens.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputIds">[B, T], int64; T at least 2.</param>
    /// <param name="wordTokens">Tokens of the last word, from 1 to T − 1.</param>
    public static LastWordMatch[] Measure(CausalLanguageModel model, Tensor inputIds, long wordTokens)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputIds);
        var length = inputIds.shape[1];
        ArgumentOutOfRangeException.ThrowIfLessThan(wordTokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(wordTokens, length);
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        var predicted = PredictLast(model, inputIds, wordTokens);
        var expected = inputIds.narrow(1, length - wordTokens, wordTokens);
        var matches = predicted.eq(expected).cpu().contiguous();
        var words = matches.data<bool>().ToArray().Chunk((int)wordTokens);
        return [.. words.Select(hits => new LastWordMatch(hits[^1], hits.All(hit => hit)))];
    }

    /// <summary>The likeliest token at each of the last places, [B, tokens].</summary>
    private static Tensor PredictLast(CausalLanguageModel model, Tensor inputIds, long tokens)
    {
        var (rows, length) = (inputIds.shape[0], inputIds.shape[1]);
        var hidden = model.Hidden(inputIds, null, ForwardPass.Plain).Value;
        var predictors = hidden.narrow(1, length - 1 - tokens, tokens).reshape(rows * tokens, -1); // [B tokens, d]
        var logits = predictors.mm(model.Unembedding.t()).to(ScalarType.Float32); // [B tokens, V]
        return logits.argmax(1).reshape(rows, tokens);
    }
}
