using IfGuide.Abstractions;
using IfGuide.Storage.JsonLines;

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

/// <summary>Reads last-word records: <c>{"text": …}</c>, whose target is the last word, or with <c>context</c> and <c>target</c> besides.</summary>
public static class LastWordReader
{
    /// <summary>Reads the records.</summary>
    /// <param name="path">JSON lines, plain, .gz or .zst.</param>
    /// <exception cref="UserErrorException">The file cannot be read, holds no record, or a record is wrong; the message names file and line.</exception>
    public static IReadOnlyList<LastWord> Read(string path)
    {
        var records = JsonLinesFile.Read(path).Select(Parse).ToList();
        return records.Count > 0 ? records : throw new UserErrorException($"evaluation.last_word: '{path}' holds no records: put one JSON object {{\"text\": …}} a line into it.");
    }

    private static LastWord Parse(JsonRecord record)
    {
        var text = record.Text("text", "write {\"text\": …}").TrimEnd();
        var context = record.OptionalText("context")?.TrimEnd();
        var target = record.OptionalText("target")?.Trim();
        if (context is not null && target is not null)
        {
            return text.StartsWith(context, StringComparison.Ordinal) && text[context.Length..].Trim() == target && context.Length > 0 && target.Length > 0
                ? new LastWord(context, text[context.Length..], record.Line)
                : throw record.Error("'text' is not 'context' followed by 'target'", "correct the line, or leave context and target out to predict the last word");
        }

        var boundary = text.Length;
        while (boundary > 0 && !char.IsWhiteSpace(text[boundary - 1]))
        {
            boundary--;
        }

        var front = text[..boundary].TrimEnd();
        return front.Length > 0
            ? new LastWord(front, text[front.Length..], record.Line)
            : throw record.Error("the text has no word in front of its last one", "give it a context, or remove the line");
    }
}
