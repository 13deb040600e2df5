using IfGuide.Numerics.Randomness;

namespace IfGuide.Numerics.Models.Head;

/// <summary>Labels drawn from the model's own prediction: those of the true Fisher.</summary>
/// <remarks>The draw for label j of sequence n depends on (seed, purpose, n's index in the corpus, j) only, not on batch or shard.</remarks>
/// <param name="Seed">The run's seed.</param>
/// <param name="Purpose">What the labels are for: two passes draw independently.</param>
public sealed record LabelSampling(ulong Seed, RandomPurpose Purpose);
