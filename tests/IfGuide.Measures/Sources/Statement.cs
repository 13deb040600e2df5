namespace IfGuide.Measures.Sources;

/// <summary>The measures of one statement; see <see cref="StatementReader"/> for what a statement is.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="OwnTokens">Its tokens without those of the statements inside it. The limit of the house counts these.</param>
/// <param name="AllTokens">Its tokens, blocks of lambdas included.</param>
/// <param name="IsSimple">Neither a control statement nor a local function, expression body or initialiser.</param>
/// <param name="Start">Its first line, trimmed.</param>
public sealed record Statement(int Line, int OwnTokens, int AllTokens, bool IsSimple, string Start)
{
    /// <summary>It has more tokens of its own than a statement may.</summary>
    public bool IsTooLong => OwnTokens > Limits.StatementTokens;
}
