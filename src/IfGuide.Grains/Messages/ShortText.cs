namespace IfGuide.Grains.Messages;

/// <summary>What a line of a log or a message repeats of texts that may be long.</summary>
internal static class ShortText
{
    /// <summary>The first line of an exception's message: Orleans and Redis add whole reports to theirs.</summary>
    /// <param name="exception">The exception.</param>
    public static string FirstLine(this Exception exception) => exception.Message.Split('\n')[0];

    /// <summary>At most so many characters of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="max">The most characters that are kept.</param>
    /// <param name="mark">What follows them when there were more.</param>
    public static string Shorten(this string text, int max, string mark) => text.Length <= max ? text : text[..max] + mark;
}
