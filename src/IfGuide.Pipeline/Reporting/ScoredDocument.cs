namespace IfGuide.Pipeline.Reporting;

/// <summary>A document, or a sequence of a corpus without documents, with the scores of its tokens.</summary>
/// <param name="Id">The document's id, or the sequence's.</param>
/// <param name="Tokens">Its tokens in order.</param>
public sealed record ScoredDocument(string Id, IReadOnlyList<ScoredToken> Tokens);

/// <summary>A token and its score.</summary>
/// <param name="Token">Its index in the document.</param>
/// <param name="Text">Its text; a token that is a part of a character has that character's; null: unknown.</param>
/// <param name="Offset">Its first byte in the document's UTF-8; null: unknown.</param>
/// <param name="Score">Its score.</param>
public readonly record struct ScoredToken(int Token, string? Text, long? Offset, float Score);
