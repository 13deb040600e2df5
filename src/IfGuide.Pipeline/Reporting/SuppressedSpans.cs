namespace IfGuide.Pipeline.Reporting;

/// <summary>A document with suppressed tokens.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Text">Its text, as it was tokenised.</param>
/// <param name="Spans">Ranges of neighbouring suppressed tokens, in order.</param>
public sealed record SuppressedDocument(string Id, string Source, string Text, IReadOnlyList<SuppressedSpan> Spans);

/// <summary>Neighbouring suppressed tokens.</summary>
/// <param name="Start">First character (UTF-16 code unit) of the document's text.</param>
/// <param name="End">Behind the last.</param>
/// <param name="Score">The highest of their scores.</param>
public sealed record SuppressedSpan(int Start, int End, float Score);
