using IfGuide.Numerics.Models;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Evaluation;

/// <summary>Accuracy at the last token of a text (the reference's LAMBADA measure): the likeliest token after all others must be it.</summary>
/// <param name="Correct">Texts whose last token is predicted.</param>
/// <param name="Texts">Texts.</param>
public readonly record struct LastTokenAccuracy(long Correct, long Texts)
{
    /// <summary>Share of the texts; NaN without texts.</summary>
    public double Share => Texts > 0 ? (double)Correct / Texts : double.NaN;

    /// <summary>The texts of both.</summary>
    /// <param name="left">Some texts.</param>
    /// <param name="right">Others.</param>
    public static LastTokenAccuracy operator +(LastTokenAccuracy left, LastTokenAccuracy right) => Add(left, right);

    /// <summary>The texts of both.</summary>
    /// <param name="left">Some texts.</param>
    /// <param name="right">Others.</param>
    public static LastTokenAccuracy Add(LastTokenAccuracy left, LastTokenAccuracy right) => new(left.Correct + right.Correct, left.Texts + right.Texts);

    /// <summary>Measures a batch of texts padded on the left, so that the last column holds every last token.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputIds">[B, T], int64; T at least 2.</param>
    /// <param name="attentionMask">[B, T], int64: 0 for padding; null: none.</param>
    public static LastTokenAccuracy Of(CausalLanguageModel model, Tensor inputIds, Tensor? attentionMask)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputIds);
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        var last = inputIds.shape[1] - 1;
        var hidden = model.Hidden(inputIds, attentionMask, ForwardPass.Plain).Value.select(1, last - 1);
        var predicted = hidden.mm(model.Unembedding.t()).to(ScalarType.Float32).argmax(1);
        return new LastTokenAccuracy(predicted.eq(inputIds.select(1, last)).sum().item<long>(), inputIds.shape[0]);
    }
}
