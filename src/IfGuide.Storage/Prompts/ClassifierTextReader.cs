using IfGuide.Abstractions;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Prompts;

/// <summary>Reads labelled texts that a classifier is trained on: <c>{"text": …}</c>, or query records, of which the continuation counts.</summary>
public static class ClassifierTextReader
{
    /// <summary>Reads the texts of one label.</summary>
    /// <param name="path">JSON lines, plain, .gz or .zst.</param>
    /// <returns>The texts, with their lines.</returns>
    /// <exception cref="UserErrorException">The file cannot be read, holds no text, or a record is wrong; the message names file and line.</exception>
    public static IReadOnlyList<(string Text, long Line)> Read(string path)
    {
        var texts = JsonLinesFile.Read(path).Select(record => (Parse(record), record.Line)).ToList();
        if (texts.Count == 0)
        {
            throw new UserErrorException(
                $"evaluation.classifier_texts: '{path}' holds no texts: put one JSON object {{\"text\": …}} a line into it.");
        }

        return texts;
    }

    private static string Parse(JsonRecord record)
    {
        var continuation = record.FindTextOrNestedText("continuation") ?? record.FindTextOrNestedText("completion");
        return continuation ?? record.FindText("text") ?? throw record.CreateError(
            $"found neither 'text' nor 'continuation' nor 'completion' among the keys {record.DescribeKeys()}", "write {\"text\": …}");
    }
}
