using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Evaluation;

/// <summary>Cross-entropy of a text, summed in float64; sums of parts add up to that of the whole.</summary>
/// <param name="Loss">Sum in nats.</param>
/// <param name="Tokens">Predicted tokens.</param>
public readonly record struct TextLoss(double Loss, long Tokens)
{
    /// <summary>exp(loss / tokens); NaN without tokens.</summary>
    public double Perplexity => Tokens > 0 ? Math.Exp(Loss / Tokens) : double.NaN;

    /// <summary>The text of both.</summary>
    /// <param name="left">One text.</param>
    /// <param name="right">The other.</param>
    public static TextLoss operator +(TextLoss left, TextLoss right) => Add(left, right);

    /// <summary>The text of both.</summary>
    /// <param name="left">One text.</param>
    /// <param name="right">The other.</param>
    public static TextLoss Add(TextLoss left, TextLoss right) => new(left.Loss + right.Loss, left.Tokens + right.Tokens);

    /// <summary>Measures a batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Sequences; labels of −100 do not count.</param>
    public static TextLoss Of(CausalLanguageModel model, TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batch);
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        using var head = new NextTokenHead(model.Unembedding);
        var hidden = model.Hidden(batch.InputIds, batch.AttentionMask, ForwardPass.Plain).Value;
        return new TextLoss(
            head.TokenLosses(hidden, batch.Labels).to(ScalarType.Float64).sum().item<double>(),
            batch.Labels.narrow(1, 1, batch.Labels.shape[1] - 1).Differs(TokenBatch.NoLabel).sum().item<long>());
    }
}
