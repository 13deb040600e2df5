using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;

namespace IfGuide.Numerics.Models;

/// <summary>What the blocks of one forward pass share.</summary>
internal sealed record BlockContext(ForwardPass Pass, AttentionMask Mask, RotaryEmbedding? Rotary, long Start);
