namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>A word or a number.</summary>
/// <param name="Text">Its text; empty: nothing was said.</param>
/// <param name="IsPlain">Whether it stands without quotes; a quoted number is text.</param>
/// <param name="Line">Where it stands.</param>
internal sealed record ScalarNode(string Text, bool IsPlain = true, long Line = 0) : Node(Line)
{
    /// <summary>Nothing, where a value is expected.</summary>
    public static ScalarNode Empty { get; } = new(string.Empty);
}
