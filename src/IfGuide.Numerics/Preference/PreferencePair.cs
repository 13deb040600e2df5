namespace IfGuide.Numerics.Preference;

/// <summary>Two continuations, one of which a model should prefer.</summary>
/// <param name="Preferred">The better one.</param>
/// <param name="Rejected">The worse one.</param>
public sealed record PreferencePair(PreferenceText Preferred, PreferenceText Rejected);
