namespace IfGuide.Pipeline.Results;

/// <summary>A token and its score.</summary>
/// <param name="Token">Its index in the document.</param>
/// <param name="Text">Its text; a token that is a part of a character has that character's; null: unknown.</param>
/// <param name="Offset">Its first byte in the document's UTF-8; null: unknown.</param>
/// <param name="Score">Its score.</param>
public readonly record struct ScoredToken(int Token, string? Text, long? Offset, float Score);
