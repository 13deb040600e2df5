using static TorchSharp.torch;

namespace IfGuide.Numerics.Preconditioning;

/// <summary>One layer's preconditioned gradient.</summary>
/// <param name="Direction">u = (F + damping)⁻¹ q, [out, in (+ 1)].</param>
/// <param name="Damping">What was added to the curvature; 0 where nothing is.</param>
public sealed record PreconditionedGradient(Tensor Direction, double Damping);
