using System.Text.Json;
using IfGuide.Abstractions;

namespace IfGuide.Storage.JsonLines;

/// <summary>One line of a JSON lines file: a JSON object and its place.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Value">The object.</param>
public sealed record JsonRecord(string File, long Line, JsonElement Value)
{
    private const int LongestQuote = 80;

    /// <summary>A value of the record; null when it is absent or JSON null.</summary>
    /// <param name="key">Its key.</param>
    public JsonElement? Find(string key) => Guard(() =>
        Value.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : (JsonElement?)null);

    /// <summary>A string of the record; null when it is absent or JSON null.</summary>
    /// <param name="key">Its key.</param>
    /// <exception cref="UserErrorException">It is not a string.</exception>
    public string? OptionalText(string key) => Find(key) is { } value ? AsText(value, $"'{key}'") : null;

    /// <summary>A string of the record.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="remedy">What the user can do when it is missing.</param>
    /// <exception cref="UserErrorException">It is absent or not a string.</exception>
    public string Text(string key, string remedy) => OptionalText(key) ?? throw Error($"found no string '{key}' among the keys {Keys()}", remedy);

    /// <summary>A text that is a string, or an object with the string <c>text</c>; null when the key is absent or JSON null.</summary>
    /// <param name="key">Its key.</param>
    /// <exception cref="UserErrorException">It is something else.</exception>
    public string? TextOrNestedText(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return AsText(value, $"'{key}'");
        }

        return Guard(() => value.TryGetProperty("text", out var text) ? text : (JsonElement?)null) is { } nested
            ? AsText(nested, $"'{key}.text'")
            : throw Error($"'{key}' is an object without 'text'", "correct the line");
    }

    /// <summary>An error at this record's place.</summary>
    /// <param name="what">What was found and what was expected.</param>
    /// <param name="remedy">What the user can do.</param>
    public UserErrorException Error(string what, string remedy) => new($"{File}, line {Line}: {what}: {remedy}.");

    /// <summary>The record's keys, for messages.</summary>
    internal string Keys() => Guard(() =>
    {
        var keys = Value.EnumerateObject().Select(property => property.Name).ToList();
        return keys.Count == 0 ? "(none)" : Shorten(string.Join(", ", keys));
    });

    /// <summary>The beginning of a text, for messages.</summary>
    internal static string Shorten(string text) => text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";

    /// <summary>A kind of JSON value, for messages.</summary>
    internal static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private string AsText(JsonElement value, string name) => value.ValueKind == JsonValueKind.String
        ? Guard(() => value.GetString()!)
        : throw Error($"{name} is a JSON {Describe(value.ValueKind)}, expected a string", "correct the line");

    /// <remarks>Strings with half a surrogate pair are valid JSON, but no text.</remarks>
    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException failure)
        {
            throw new UserErrorException($"{File}, line {Line}: a string holds an escaped half of a surrogate pair, which is no character: correct the line.", failure);
        }
    }
}
