namespace IfGuide.Pipeline.Judges;

/// <summary>Splits text into lower-case words of letters, digits and inner apostrophes.</summary>
internal static class Words
{
    public static List<string> Of(string text) => [.. Spans(text).Select(span => text[span.Start..span.End].ToLowerInvariant())];

    /// <summary>Character ranges of the words, end exclusive.</summary>
    public static IEnumerable<(int Start, int End)> Spans(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inside = i < text.Length && (char.IsLetterOrDigit(text[i]) || IsInnerApostrophe(text, i));
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                yield return (start, i);
                start = -1;
            }
        }
    }

    private static bool IsInnerApostrophe(string text, int i) =>
        text[i] == '\'' && i > 0 && i + 1 < text.Length && char.IsLetter(text[i - 1]) && char.IsLetter(text[i + 1]);
}
