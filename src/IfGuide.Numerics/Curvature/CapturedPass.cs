using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>One forward and one backward pass over a batch, with what every tracked layer saw. No weight gradient is computed.</summary>
internal sealed class CapturedPass : IDisposable
{
    private readonly CausalLanguageModel model;
    private readonly TokenBatch batch;
    private readonly ActivationCapture capture = new();

    private CapturedPass(CausalLanguageModel model, TokenBatch batch)
    {
        this.model = model;
        this.batch = batch;
    }

    /// <summary>Activations and gradients of the summed loss, in model order; freed with this object.</summary>
    public IReadOnlyList<CapturedLayer> Layers { get; private set; } = [];

    /// <summary>Runs the pass at the given labels.</summary>
    public static CapturedPass Run(CausalLanguageModel model, NextTokenHead head, TokenBatch batch, LabelSource labels)
    {
        if (batch.SequenceIndices.Count != batch.InputIds.shape[0])
        {
            throw new ArgumentException($"The batch holds {batch.InputIds.shape[0]} sequences and {batch.SequenceIndices.Count} sequence indices; expected one index per sequence.", nameof(batch));
        }

        using var scope = NewDisposeScope();
        var pass = new CapturedPass(model, batch);
        try
        {
            var hidden = model.Hidden(batch.InputIds, batch.AttentionMask, new ForwardPass { Capture = pass.capture }).Value;
            pass.Layers = pass.capture.Backward(hidden, head.Gradient(hidden.detach(), batch, labels.Sampling).Hidden);
            return pass;
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    /// <summary>Throws, naming layer and sequences, unless every one of the sums made from this pass is finite.</summary>
    /// <param name="computation">What was being computed.</param>
    /// <param name="sums">By layer name; one reduction and one transfer while all is well.</param>
    public void ThrowIfNotFinite(string computation, IEnumerable<(string Layer, Tensor Values)> sums)
    {
        var all = sums.ToArray();
        if (!FiniteCheck.AllFinite(all.Select(sum => sum.Values)))
        {
            throw Locate(computation, all);
        }
    }

    /// <summary>Frees activations and gradients.</summary>
    public void Dispose() => capture.Dispose();

    private NonFiniteException Locate(string computation, (string Layer, Tensor Values)[] sums)
    {
        using var scope = NewDisposeScope();
        const string badWeight = "The model's weights are damaged: load or train the model again.";
        const string badInput = "An earlier computation overflowed: check the model's weights, or compute in float32.";
        if (Layers.FirstOrDefault(entry => !FiniteCheck.AllFinite(entry.Layer.Bias is { } bias ? [entry.Layer.Weight, bias] : [entry.Layer.Weight])) is { } damaged)
        {
            return new NonFiniteException(computation, damaged.Layer.Name, "weight", batch.SequenceIndices, badWeight);
        }

        if (Layers.FirstOrDefault(entry => !FiniteCheck.AllFinite([entry.Input])) is { } forward)
        {
            return new NonFiniteException(computation, forward.Layer.Name, "input", Sequences(forward.Input), badInput);
        }

        if (Layers.LastOrDefault(entry => !FiniteCheck.AllFinite([entry.Gradient])) is { } backward)
        {
            var head = FiniteCheck.AllFinite([model.Unembedding]) ? badInput : "The unembedding holds such numbers: load or train the model again.";
            return new NonFiniteException(computation, backward.Layer.Name, "output gradient", Sequences(backward.Gradient), head);
        }

        var sum = sums.First(entry => !FiniteCheck.AllFinite([entry.Values]));
        return new NonFiniteException(computation, sum.Layer, "sum", batch.SequenceIndices, "The sum overflowed although its terms are finite: the weights are too large to be a trained model's.");
    }

    private IReadOnlyList<long> Sequences(Tensor values) => [.. FiniteCheck.Rows(values).Select(row => batch.SequenceIndices[(int)row])];
}
