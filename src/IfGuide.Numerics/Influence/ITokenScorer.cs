using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>Scores the tokens of a batch along directions that were fixed before.</summary>
public interface ITokenScorer : IDisposable
{
    /// <summary>Scores one batch along every direction, in one pass.</summary>
    /// <param name="batch">Sequences on the model's device.</param>
    /// <returns>For each direction [B, T], float32 (float64 for a float64 model). The caller's scope owns them.</returns>
    /// <exception cref="NonFiniteException">A weight, an activation, a gradient or a score is not finite.</exception>
    IReadOnlyList<Tensor> Scores(TokenBatch batch);
}
