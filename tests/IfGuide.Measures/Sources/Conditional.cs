namespace IfGuide.Measures.Sources;

/// <summary>One <c>?:</c>.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="IsNested">It stands in a condition or branch of another <c>?:</c>.</param>
/// <param name="Text">Its text, on one line.</param>
public sealed record Conditional(int Line, bool IsNested, string Text)
{
    /// <summary>The text, marked where it is nested.</summary>
    public override string ToString() => IsNested ? $"nested: {Text}" : Text;
}
