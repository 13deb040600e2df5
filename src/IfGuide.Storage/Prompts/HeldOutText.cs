using IfGuide.Abstractions;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Prompts;

/// <summary>Reads held-out texts, for perplexity and for the validation of trainings: <c>{"text": …}</c>.</summary>
public static class HeldOutText
{
    /// <summary>Reads the texts one by one.</summary>
    /// <param name="path">JSON lines, plain, .gz or .zst.</param>
    /// <exception cref="UserErrorException">The file cannot be read, holds no text, or a record lacks its text; the message names file and line.</exception>
    public static IEnumerable<string> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadAll(path);
    }

    private static IEnumerable<string> ReadAll(string path)
    {
        var any = false;
        foreach (var record in JsonLinesFile.Read(path))
        {
            any = true;
            yield return record.GetText("text", "write {\"text\": …}");
        }

        if (!any)
        {
            throw new UserErrorException(
                $"'{path}' holds no held-out texts: put one JSON object {{\"text\": …}} a line into it.");
        }
    }
}
