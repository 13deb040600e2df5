using System.Text.Json;
using IfGuide.Abstractions;

namespace IfGuide.Storage.JsonLines;

/// <summary>One line of a JSON lines file: a JSON object and its place.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Value">The object.</param>
public sealed record JsonRecord(string File, long Line, JsonElement Value)
{
    private const int MaxQuoteLength = 80;

    /// <summary>Finds a value of the record; null when it is absent or JSON null.</summary>
    /// <param name="key">Its key.</param>
    public JsonElement? Find(string key)
    {
        if (FindProperty(Value, key) is not { } value || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value;
    }

    /// <summary>Finds a string of the record; null when it is absent or JSON null.</summary>
    /// <param name="key">Its key.</param>
    /// <exception cref="UserErrorException">It is not a string.</exception>
    public string? FindText(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return ReadText(value, $"'{key}'");
    }

    /// <summary>Gets a string of the record.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="remedy">What the user can do when it is missing.</param>
    /// <exception cref="UserErrorException">It is absent or not a string.</exception>
    public string GetText(string key, string remedy) =>
        FindText(key) ?? throw CreateError($"found no string '{key}' among the keys {DescribeKeys()}", remedy);

    /// <summary>
    /// Finds a text that is a string, or an object with the string <c>text</c>; null when the key is absent or JSON null.
    /// </summary>
    /// <param name="key">Its key.</param>
    /// <exception cref="UserErrorException">It is something else.</exception>
    public string? FindTextOrNestedText(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return ReadText(value, $"'{key}'");
        }

        if (FindProperty(value, "text") is not { } nested)
        {
            throw CreateError($"'{key}' is an object without 'text'", "correct the line");
        }

        return ReadText(nested, $"'{key}.text'");
    }

    /// <summary>Creates an error at this record's place.</summary>
    /// <param name="what">What was found and what was expected.</param>
    /// <param name="remedy">What the user can do.</param>
    public UserErrorException CreateError(string what, string remedy) => new($"{File}, line {Line}: {what}: {remedy}.");

    /// <summary>Describes the record's keys, for messages.</summary>
    internal string DescribeKeys() => Guard(() =>
    {
        var keys = string.Join(", ", Value.EnumerateObject().Select(property => property.Name));
        return Value.GetPropertyCount() == 0 ? "(none)" : Shorten(keys);
    });

    /// <summary>Shortens a text to its beginning, for messages.</summary>
    internal static string Shorten(string text) => text.Length <= MaxQuoteLength ? text : text[..MaxQuoteLength] + "…";

    /// <summary>Describes a kind of JSON value, for messages.</summary>
    internal static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private JsonElement? FindProperty(JsonElement element, string key) =>
        Guard(() => element.TryGetProperty(key, out var value) ? value : (JsonElement?)null);

    private string ReadText(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw CreateError($"{name} is a JSON {Describe(value.ValueKind)}, expected a string", "correct the line");
        }

        return Guard(() => value.GetString()!);
    }

    /// <remarks>Strings with half a surrogate pair are valid JSON, but no text.</remarks>
    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException failure)
        {
            throw new UserErrorException(
                $"{File}, line {Line}: a string holds an escaped half of a surrogate pair, which is no character: correct the line.",
                failure);
        }
    }
}
