using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Passes;

/// <summary>Records activations a and output gradients g of the tracked layers in one forward and one backward pass.</summary>
/// <remarks>
/// No weight gradient is computed.
/// Use: pass it in <see cref="ForwardPass.Capture"/>, compute the gradient of the loss with respect to the hidden states
/// (the head does), then call <see cref="Backward"/>. One capture serves one pass.
/// </remarks>
public sealed class ActivationCapture : IDisposable
{
    private readonly List<(TrackedLayer Layer, Tensor Input, Tensor Output)> records = [];
    private readonly List<Tensor> owned = [];

    /// <summary>Runs the backward pass from the hidden states to the outputs of the tracked layers.</summary>
    /// <param name="hidden">Result of the captured forward pass, [B, T, d].</param>
    /// <param name="hiddenGradient">d(sum of losses)/d(hidden), of the same shape and precision.</param>
    /// <returns>One entry per tracked layer that the pass went through, in model order; valid until this capture is disposed.</returns>
    public IReadOnlyList<CapturedLayer> Backward(Tensor hidden, Tensor hiddenGradient)
    {
        // autograd.grad would end the process on an error; backward with inputs computes the same and throws.
        autograd.backward([hidden], [hiddenGradient], null, false, records.ConvertAll(record => record.Output));
        var result = new List<CapturedLayer>(records.Count);
        foreach (var (layer, input, output) in records)
        {
            if (output.grad is not { } gradient)
            {
                throw new InvalidOperationException($"The hidden states do not depend on the output of {layer.Name}.");
            }

            result.Add(new CapturedLayer(layer, Own(input.detach()), Own(gradient)));
        }

        result.Sort((left, right) => left.Layer.Index.CompareTo(right.Layer.Index));
        return result;
    }

    /// <summary>Frees everything recorded.</summary>
    public void Dispose()
    {
        owned.ForEach(tensor => tensor.Dispose());
        owned.Clear();
        records.Clear();
    }

    internal void Record(TrackedLayer layer, Tensor input, Tensor output)
    {
        // With frozen weights no graph exists yet at the first tracked layer: its output becomes the leaf that the graph starts from.
        if (!output.requires_grad)
        {
            output.requires_grad_(true);
        }

        records.Add((layer, Own(input), Own(output)));
    }

    private Tensor Own(Tensor tensor)
    {
        owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }
}
