namespace IfGuide.Measures.Sources;

/// <summary>One line that holds code.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Length">Characters, without the line end.</param>
/// <param name="IsMessage">It holds string literals and punctuation alone.</param>
public sealed record CodeLine(int Line, int Length, bool IsMessage)
{
    /// <summary>It is longer than a line of code may be; a message may.</summary>
    public bool IsTooLong => Length > Limits.LineLength && !IsMessage;
}
