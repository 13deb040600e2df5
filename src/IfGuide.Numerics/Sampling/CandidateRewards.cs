namespace IfGuide.Numerics.Sampling;

/// <summary>Rates what a continuation would become.</summary>
/// <param name="continuation">Its tokens so far.</param>
/// <param name="candidates">Tokens that may come next.</param>
/// <param name="rewards">Receives the reward of each, in [0, 1].</param>
public delegate void CandidateRewards(IReadOnlyList<int> continuation, ReadOnlySpan<int> candidates, Span<double> rewards);
