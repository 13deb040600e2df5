namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>A list.</summary>
/// <param name="Items">Its items.</param>
/// <param name="Line">Where it begins.</param>
internal sealed record ListNode(IReadOnlyList<Node> Items, long Line = 0) : Node(Line);
