using static TorchSharp.torch;

namespace IfGuide.Numerics;

/// <summary>Sequences of equal length. The batch owns none of its tensors: their owner's dispose scope does.</summary>
/// <param name="InputIds">Token ids, [sequences, tokens], int64.</param>
/// <param name="Labels">
/// The token that each position should have been predicted as, [sequences, tokens], int64; −100 carries no loss.
/// Unshifted as in Hugging Face: <c>Labels[n, t]</c> is predicted from position t − 1.
/// </param>
/// <param name="AttentionMask">1 for tokens and 0 for padding, [sequences, tokens], int64; null: no padding.</param>
/// <param name="SequenceIndices">Index of each sequence in its corpus: the counter of its random numbers.</param>
public sealed record TokenBatch(Tensor InputIds, Tensor Labels, Tensor? AttentionMask, IReadOnlyList<long> SequenceIndices)
{
    /// <summary>The label that carries no loss.</summary>
    public const long NoLabel = -100;
}
