using IfGuide.Abstractions;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Prompts;

/// <summary>Reads last-word records: <c>{"text": …}</c>, whose target is the last word, or with <c>context</c> and <c>target</c> besides.</summary>
public static class LastWordReader
{
    /// <summary>Reads the records.</summary>
    /// <param name="path">JSON lines, plain, .gz or .zst.</param>
    /// <exception cref="UserErrorException">The file cannot be read, holds no record, or a record is wrong; the message names file and line.</exception>
    public static IReadOnlyList<LastWord> Read(string path)
    {
        var records = JsonLinesFile.Read(path).Select(Parse).ToList();
        if (records.Count == 0)
        {
            throw new UserErrorException(
                $"evaluation.last_word: '{path}' holds no records: put one JSON object {{\"text\": …}} a line into it.");
        }

        return records;
    }

    private static LastWord Parse(JsonRecord record)
    {
        var text = record.GetText("text", "write {\"text\": …}").TrimEnd();
        var context = record.FindText("context")?.TrimEnd();
        var target = record.FindText("target")?.Trim();
        if (context is not null && target is not null)
        {
            return SplitAtTarget(record, text, context, target);
        }

        return SplitAtLastWord(record, text);
    }

    private static LastWord SplitAtTarget(JsonRecord record, string text, string context, string target)
    {
        var isPrefix = context.Length > 0 && text.StartsWith(context, StringComparison.Ordinal);
        if (!isPrefix || target.Length == 0 || text[context.Length..].Trim() != target)
        {
            throw record.CreateError(
                "'text' is not 'context' followed by 'target'",
                "correct the line, or leave context and target out to predict the last word");
        }

        return new LastWord(context, text[context.Length..], record.Line);
    }

    private static LastWord SplitAtLastWord(JsonRecord record, string text)
    {
        var boundary = text.Length;
        while (boundary > 0 && !char.IsWhiteSpace(text[boundary - 1]))
        {
            boundary--;
        }

        var front = text[..boundary].TrimEnd();
        if (front.Length == 0)
        {
            throw record.CreateError("the text has no word in front of its last one", "give it a context, or remove the line");
        }

        return new LastWord(front, text[front.Length..], record.Line);
    }
}
