namespace IfGuide.Numerics.Sampling;

/// <summary>A prompt to continue.</summary>
/// <param name="Index">Index among all prompts: the counter of its random numbers.</param>
/// <param name="Tokens">Its tokens; at least one.</param>
public sealed record SamplingPrompt(long Index, IReadOnlyList<int> Tokens);
