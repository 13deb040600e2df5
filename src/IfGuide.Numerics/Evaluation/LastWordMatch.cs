using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Evaluation;

/// <summary>Whether greedy decoding says what stands at the end of a text (LAMBADA).</summary>
/// <param name="LastToken">The likeliest token after all others is the last one: the reference's measure, which is told the rest of the word.</param>
/// <param name="Word">Every token of the last word is the likeliest after those before it: greedy decoding from the context gives the whole word.</param>
public readonly record struct LastWordMatch(bool LastToken, bool Word)
{
    /// <summary>Measures texts of equal length, whose last words have equally many tokens.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputIds">[B, T], int64; T at least 2.</param>
    /// <param name="wordTokens">Tokens of the last word, from 1 to T − 1.</param>
    public static LastWordMatch[] Of(CausalLanguageModel model, Tensor inputIds, long wordTokens)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputIds);
        var (rows, length) = (inputIds.shape[0], inputIds.shape[1]);
        ArgumentOutOfRangeException.ThrowIfLessThan(wordTokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(wordTokens, length);
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(inputIds, null, ForwardPass.Plain).Value.narrow(1, length - 1 - wordTokens, wordTokens).reshape(rows * wordTokens, -1);
        var predicted = hidden.mm(model.Unembedding.t()).to(ScalarType.Float32).argmax(1).reshape(rows, wordTokens);
        var hits = predicted.eq(inputIds.narrow(1, length - wordTokens, wordTokens)).cpu().contiguous().data<bool>().ToArray();
        return [.. hits.Chunk((int)wordTokens).Select(word => new LastWordMatch(word[^1], word.All(hit => hit)))];
    }
}
