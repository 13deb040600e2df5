namespace IfGuide.Storage.Prompts;

/// <summary>A text whose end models should predict, as in LAMBADA.</summary>
/// <param name="Context">The text in front.</param>
/// <param name="Target">What is to be predicted, with the white space in front of it: context and target joined are the text.</param>
/// <param name="Line">Its line in the file, from 1.</param>
public sealed record LastWord(string Context, string Target, long Line)
{
    /// <summary>The whole text.</summary>
    public string Text => Context + Target;
}
