namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>A mapping from keys to values.</summary>
/// <param name="Children">Its entries, in order.</param>
/// <param name="Line">Where it begins.</param>
internal sealed record MappingNode(IReadOnlyList<MappingEntry> Children, long Line = 0) : Node(Line);
