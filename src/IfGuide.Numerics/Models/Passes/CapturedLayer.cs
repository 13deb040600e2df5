using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Passes;

/// <summary>What one tracked layer saw in one pass. The capture owns the tensors.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Input">Activations a, [B, T, in], without the constant 1 of a bias, detached from the graph.</param>
/// <param name="Gradient">g = d(sum of losses)/d(output), [B, T, out].</param>
public sealed record CapturedLayer(TrackedLayer Layer, Tensor Input, Tensor Gradient);
