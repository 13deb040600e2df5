namespace IfGuide.Pipeline.Results;

/// <summary>Neighbouring suppressed tokens.</summary>
/// <param name="Start">First character (UTF-16 code unit) of the document's text.</param>
/// <param name="End">Behind the last.</param>
/// <param name="Score">The highest of their scores.</param>
public sealed record SuppressedSpan(int Start, int End, float Score);
