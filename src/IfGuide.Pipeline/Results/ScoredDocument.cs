namespace IfGuide.Pipeline.Results;

/// <summary>A document, or a sequence of a corpus without documents, with the scores of its tokens.</summary>
/// <param name="Id">The document's id, or the sequence's.</param>
/// <param name="Tokens">Its tokens in order.</param>
public sealed record ScoredDocument(string Id, IReadOnlyList<ScoredToken> Tokens);
