namespace IfGuide.Measures.Sources;

/// <summary>The measures of one function: the body of a method, constructor, operator, accessor, local function or expression-bodied property.</summary>
/// <param name="Name">As declared; accessors by their property.</param>
/// <param name="Line">Where the body begins, from 1.</param>
/// <param name="Lines">Lines of the body, without those of its two braces.</param>
/// <param name="Tokens">Tokens of the body, those of nested functions included.</param>
/// <param name="Complexity">See <see cref="ControlFlow.MeasureComplexity"/>.</param>
/// <param name="Nesting">See <see cref="ControlFlow.MeasureNesting"/>.</param>
public sealed record Function(string Name, int Line, int Lines, int Tokens, int Complexity, int Nesting)
{
    /// <summary>Its size and name.</summary>
    public override string ToString() => $"{Tokens} tokens, {Lines} lines: {Name}";
}
