using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Head;

/// <summary>The unnormalised softmax of a few rows.</summary>
/// <param name="From">First row.</param>
/// <param name="Hidden">Rows of hidden states, [n, d], in the model's precision.</param>
/// <param name="Exponentials">exp(logit − the row's largest logit), [n, V], float32 or float64; overwritten by the next chunk.</param>
/// <param name="Sums">Σ_v of the exponentials, [n].</param>
/// <param name="Shifted">Label's logit − the row's largest logit, [n]; null until labels are sampled.</param>
internal readonly record struct HeadChunk(long From, Tensor Hidden, Tensor Exponentials, Tensor Sums, Tensor? Shifted);
