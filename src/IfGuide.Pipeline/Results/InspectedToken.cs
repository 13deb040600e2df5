namespace IfGuide.Pipeline.Results;

/// <summary>One token.</summary>
/// <param name="Text">Its text; a token that ends within a character has none, and the next has the whole character.</param>
/// <param name="Score">Its score.</param>
/// <param name="Suppressed">Whether it is in the mask.</param>
/// <param name="Known">Whether it lies in a span that is known to be toxic.</param>
public readonly record struct InspectedToken(string Text, float Score, bool Suppressed, bool Known);
