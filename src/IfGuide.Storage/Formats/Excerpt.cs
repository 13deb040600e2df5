namespace IfGuide.Storage.Formats;

/// <summary>Shortens text of files for messages.</summary>
internal static class Excerpt
{
    /// <summary>The text itself, or its first characters and an ellipsis.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">Characters of the text to keep.</param>
    public static string Create(string text, int maxLength)
    {
        if (text.Length <= maxLength)
        {
            return text;
        }

        return text[..maxLength] + "…";
    }
}
