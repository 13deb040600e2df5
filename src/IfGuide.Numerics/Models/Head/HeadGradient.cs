using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Head;

/// <summary>Losses of one batch and their gradient at the hidden states, in the caller's dispose scope.</summary>
/// <param name="Losses">L_j at label index j, [B, T], float32 (float64 for a float64 model); 0 without a label and in column 0.</param>
/// <param name="Hidden">d(sum of losses, weighted where weights were given)/d(hidden), [B, T, d], in the hidden states' precision.</param>
/// <param name="Labels">The labels that the losses are of, [B, T] int64: the batch's, or the sampled ones.</param>
public sealed record HeadGradient(Tensor Losses, Tensor Hidden, Tensor Labels);
