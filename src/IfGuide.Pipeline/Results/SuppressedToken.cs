namespace IfGuide.Pipeline.Results;

/// <summary>How often a token is suppressed.</summary>
/// <param name="Text">The token.</param>
/// <param name="Times">How often it is suppressed.</param>
/// <param name="MeanScore">Mean score where it is.</param>
public sealed record SuppressedToken(string Text, long Times, double MeanScore);
