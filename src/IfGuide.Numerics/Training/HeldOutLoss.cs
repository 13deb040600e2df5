using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>What a model makes of sequences that it does not train on.</summary>
public static class HeldOutLoss
{
    /// <summary>Measures the mean cross-entropy in nats of every labelled token, selected or not.</summary>
    /// <param name="model">The model.</param>
    /// <param name="heldOut">The sequences.</param>
    /// <param name="microBatchSize">Sequences per forward pass.</param>
    public static double Measure(CausalLanguageModel model, ITrainingSequences heldOut, int microBatchSize)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(heldOut);
        using var graph = no_grad();
        using var head = new NextTokenHead(model.Unembedding);
        var held = new SequenceBatch(microBatchSize, heldOut.Length);
        var (loss, tokens) = (0.0, 0L);
        for (long from = 0; from < heldOut.Count; from += microBatchSize)
        {
            using var scope = NewDisposeScope();
            var first = from;
            var count = (int)Math.Min(microBatchSize, heldOut.Count - from);
            held.Fill(heldOut, Enumerable.Range(0, count).Select(offset => first + offset));
            var part = held.Slice(0, held.Count, model.Device);
            loss += SumLosses(model, head, part);
            tokens += CountLabels(part.Labels);
        }

        return loss / Math.Max(1, tokens);
    }

    private static double SumLosses(CausalLanguageModel model, NextTokenHead head, MicroBatch part)
    {
        var hidden = model.Hidden(part.InputIds, part.AttentionMask, ForwardPass.Plain).Value;
        return head.TokenLosses(hidden, part.Labels).to(ScalarType.Float64).sum().item<double>();
    }

    private static long CountLabels(Tensor labels)
    {
        var predicted = labels.narrow(1, 1, labels.shape[1] - 1);
        return predicted.Differs(TokenBatch.NoLabel).sum().item<long>();
    }
}
