namespace IfGuide.Numerics.Preference;

/// <summary>A prompt with the continuation whose likelihood is compared.</summary>
/// <param name="Tokens">Tokens of both.</param>
/// <param name="FirstLabel">First token of the continuation; at least 1, since nothing predicts the first of all.</param>
public sealed record PreferenceText(IReadOnlyList<int> Tokens, int FirstLabel);
