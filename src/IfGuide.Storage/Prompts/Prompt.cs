namespace IfGuide.Storage.Prompts;

/// <summary>A text that models continue.</summary>
/// <param name="Text">The text.</param>
/// <param name="Class">Its class, by which toxicity is reported; <c>all</c> where the record names none.</param>
/// <param name="Line">Its line in the file, from 1.</param>
public sealed record Prompt(string Text, string Class, long Line)
{
    /// <summary>The continuation that the record has; nothing is measured on it.</summary>
    public string Continuation { get; init; } = string.Empty;
}
