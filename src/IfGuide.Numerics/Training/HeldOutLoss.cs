using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>What a model makes of sequences that it does not train on.</summary>
public static class HeldOutLoss
{
    /// <summary>Mean cross-entropy in nats of every labelled token, selected or not.</summary>
    /// <param name="model">The model.</param>
    /// <param name="heldOut">The sequences.</param>
    /// <param name="microBatchSize">Sequences per forward pass.</param>
    public static double Measure(CausalLanguageModel model, ISequenceSource heldOut, int microBatchSize)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(heldOut);
        using var graph = no_grad();
        using var plain = new NextTokenHead(model.Unembedding);
        var held = new SequenceBatch(microBatchSize, heldOut.Length);
        var (loss, tokens) = (0.0, 0L);
        for (long from = 0; from < heldOut.Count; from += microBatchSize)
        {
            using var scope = NewDisposeScope();
            held.Fill(heldOut, SequenceBatch.Positions(from, Math.Min(from + microBatchSize, heldOut.Count)));
            var (ids, labels, attended, _) = held.Slice(0, held.Count, model.Device);
            var hidden = model.Hidden(ids, attended, ForwardPass.Plain).Value;
            loss += plain.TokenLosses(hidden, labels).to(ScalarType.Float64).sum().item<double>();
            tokens += labels.narrow(1, 1, labels.shape[1] - 1).Differs(TokenBatch.NoLabel).sum().item<long>();
        }

        return loss / Math.Max(1, tokens);
    }
}
