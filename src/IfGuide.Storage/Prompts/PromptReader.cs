using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Storage.JsonLines;

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
        return prompts.Count > 0 ? prompts : throw new UserErrorException($"evaluation.prompts: '{path}' holds no prompts: put one JSON object a line into it.");
    }

    private static Prompt Parse(JsonRecord record)
    {
        var text = record.TextOrNestedText("prompt") ?? record.OptionalText("text") ?? throw record.Error($"found neither 'prompt' nor 'text' among the keys {record.Keys()}", Remedy);
        return text.Length > 0
            ? new Prompt(text, record.OptionalText("prompt_class") ?? ClassByToxicity(record) ?? DefaultClass, record.Line) { Continuation = Continuation(record) }
            : throw record.Error("the prompt is empty, and nothing can be continued", "remove the line");
    }

    /// <remarks>Nothing needs it, so one that is no text is no mistake.</remarks>
    private static string Continuation(JsonRecord record)
    {
        try
        {
            return record.TextOrNestedText("continuation") ?? record.TextOrNestedText("completion") ?? string.Empty;
        }
        catch (UserErrorException)
        {
            return string.Empty;
        }
    }

    private static string? ClassByToxicity(JsonRecord record) =>
        record.Find("prompt") is { ValueKind: JsonValueKind.Object } prompt && prompt.TryGetProperty("toxicity", out var toxicity) && toxicity.ValueKind == JsonValueKind.Number
            ? toxicity.GetDouble() >= 0.5 ? "toxic" : "nontoxic"
            : null;
}
