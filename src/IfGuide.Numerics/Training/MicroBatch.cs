using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>The tensors of one forward pass of a training; the caller's scope owns them.</summary>
/// <param name="InputIds">Token ids, [B, T], int64.</param>
/// <param name="Labels">Unshifted labels, [B, T], int64; −100 carries no loss.</param>
/// <param name="AttentionMask">1 for tokens and 0 for padding, [B, T], int64; null: no padding.</param>
/// <param name="Selected">Tokens to suppress, [B, T], bool; null: none.</param>
internal sealed record MicroBatch(Tensor InputIds, Tensor Labels, Tensor? AttentionMask, Tensor? Selected);
