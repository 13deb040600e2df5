namespace IfGuide.Pipeline.Results;

/// <summary>A document with suppressed tokens.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Text">Its text, as it was tokenised.</param>
/// <param name="Spans">Ranges of neighbouring suppressed tokens, in order.</param>
public sealed record SuppressedDocument(string Id, string Source, string Text, IReadOnlyList<SuppressedSpan> Spans);
