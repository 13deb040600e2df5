using System.Text.Json;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Models;

/// <summary>Reads typed keys of a config.json; every error names file, key, what was found and what was expected.</summary>
internal sealed class ConfigurationReader(string path, JsonElement root)
{
    public bool Has(string key) => root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    public JsonElement Get(string key) => root.GetProperty(key);

    public string Text(string key, string? fallback = null) => Has(key)
        ? Get(key).ValueKind == JsonValueKind.String ? Get(key).GetString()! : throw Wrong(key, "a string")
        : fallback ?? throw Missing(key, "a string");

    public long Whole(string key, long? fallback = null) => Has(key)
        ? Get(key).ValueKind == JsonValueKind.Number && Get(key).TryGetInt64(out var value) && value is > 0 and <= int.MaxValue ? value : throw Wrong(key, "a positive whole number")
        : fallback ?? throw Missing(key, "a positive whole number");

    public double Number(string key, double? fallback = null) => Has(key)
        ? Get(key).ValueKind == JsonValueKind.Number && Get(key).TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Wrong(key, "a number")
        : fallback ?? throw Missing(key, "a number");

    public bool Flag(string key, bool fallback) => !Has(key)
        ? fallback
        : Get(key).ValueKind is JsonValueKind.True or JsonValueKind.False ? Get(key).GetBoolean() : throw Wrong(key, "true or false");

    public ConfigurationReader Section(string key) =>
        Get(key).ValueKind == JsonValueKind.Object ? new ConfigurationReader(path, Get(key)) : throw Wrong(key, "an object");

    /// <summary>Refuses a key whose value changes the model's mathematics in a way that is not supported.</summary>
    public void Require(string key, string expected, Func<JsonElement, bool> holds)
    {
        if (Has(key) && !holds(Get(key)))
        {
            throw Wrong(key, expected);
        }
    }

    public UserErrorException Wrong(string key, string expected) =>
        new($"'{path}': {key} is {Shorten(Get(key).GetRawText())}, expected {expected}. This model cannot be computed as it is: use another, or correct the file.");

    private UserErrorException Missing(string key, string expected) =>
        new($"'{path}' lacks {key}, {expected}: it is no complete config.json of a supported model.");

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
