using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>Scores the tokens of a batch along one direction, layer by layer. The parts of all layers sum to the score.</summary>
public interface ILayerScorer : IDisposable
{
    /// <summary>One layer's part of the scores. The layers of a batch are asked for in order.</summary>
    /// <param name="batch">Sequences on the model's device.</param>
    /// <param name="layer">Index of the layer in model order.</param>
    /// <returns>[B, T], float32 (float64 for a float64 model). The caller's scope owns it.</returns>
    /// <exception cref="NonFiniteException">A weight, an activation, a gradient or a score is not finite.</exception>
    Tensor Score(TokenBatch batch, int layer);
}
