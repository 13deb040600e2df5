using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Passes;

/// <summary>What one forward pass does besides computing the hidden states. At most one of the three is set.</summary>
public sealed class ForwardPass
{
    /// <summary>Nothing else. A graph is recorded only where weights require gradients.</summary>
    public static ForwardPass Plain { get; } = new();

    /// <summary>Records inputs and outputs of the tracked layers, for a backward pass to the outputs.</summary>
    public ActivationCapture? Capture { get; init; }

    /// <summary>Directions, each U per tracked layer name, [out, in(+1)] with the bias as last column. No graph is recorded.</summary>
    /// <remarks>They are in the model's precision and on its device. Layers left out do not move.</remarks>
    public IReadOnlyList<IReadOnlyDictionary<string, Tensor>>? Directions { get; init; }

    /// <summary>Keys and values of the tokens before these; extended by the pass. No graph is recorded.</summary>
    public KeyValueCache? Cache { get; init; }

    internal bool RecordsGraph => Directions is null && Cache is null;

    internal void Validate()
    {
        object?[] purposes = [Capture, Directions, Cache];
        if (purposes.Count(purpose => purpose is not null) > 1)
        {
            throw new InvalidOperationException(
                "A forward pass captures activations, follows directions or extends a cache; only one of them at a time.");
        }
    }
}
