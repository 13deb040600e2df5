using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Prompts;

/// <summary>Reads prompts: <c>{"prompt": {"text": …}}</c>, <c>{"prompt": …}</c> or <c>{"text": …}</c>, with an optional <c>prompt_class</c>.</summary>
/// <remarks>RealToxicityPrompts records, whose prompts hold a <c>toxicity</c>, are classed by it: <c>toxic</c> from 0.5, else <c>nontoxic</c>.</remarks>
public static class PromptReader
{
    /// <summary>Class of prompts that name none.</summary>
    public const string DefaultClass = "all";

    private const string Remedy = "write {\"prompt\": {\"text\": …}}, {\"prompt\": …} or {\"text\": …}";

    /// <summary>Reads prompts.</summary>
    /// <param name="path">JSON lines, plain, .gz or .zst.</param>
    /// <exception cref="UserErrorException">The file cannot be read, holds no prompt, or a record is wrong or empty; the message names file and line.</exception>
    public static IReadOnlyList<Prompt> Read(string path)
    {
        var prompts = JsonLinesFile.Read(path).Select(Parse).ToList();
        if (prompts.Count == 0)
        {
            throw new UserErrorException($"evaluation.prompts: '{path}' holds no prompts: put one JSON object a line into it.");
        }

        return prompts;
    }

    private static Prompt Parse(JsonRecord record)
    {
        var text = record.FindTextOrNestedText("prompt") ?? record.FindText("text")
            ?? throw record.CreateError($"found neither 'prompt' nor 'text' among the keys {record.DescribeKeys()}", Remedy);
        if (text.Length == 0)
        {
            throw record.CreateError("the prompt is empty, and nothing can be continued", "remove the line");
        }

        var promptClass = record.FindText("prompt_class") ?? ClassifyByToxicity(record) ?? DefaultClass;
        return new Prompt(text, promptClass, record.Line) { Continuation = FindContinuation(record) };
    }

    /// <remarks>Nothing needs it, so one that is no text is no mistake.</remarks>
    private static string FindContinuation(JsonRecord record)
    {
        try
        {
            var continuation = record.FindTextOrNestedText("continuation") ?? record.FindTextOrNestedText("completion");
            return continuation ?? string.Empty;
        }
        catch (UserErrorException)
        {
            return string.Empty;
        }
    }

    private static string? ClassifyByToxicity(JsonRecord record)
    {
        if (record.Find("prompt") is not { ValueKind: JsonValueKind.Object } prompt)
        {
            return null;
        }

        if (!prompt.TryGetProperty("toxicity", out var toxicity) || toxicity.ValueKind != JsonValueKind.Number)
        {
            return null;
        }

        return toxicity.GetDouble() >= 0.5 ? "toxic" : "nontoxic";
    }
}
