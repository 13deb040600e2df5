using System.Text.Json;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Models;

/// <summary>Reads typed keys of a config.json. Every error names file, key, what was found and what was expected.</summary>
internal sealed class ConfigurationReader(string path, JsonElement root)
{
    private const int MaxValueInMessages = 60;
    private const string Ellipsis = "...";

    /// <summary>Whether a key has a value other than null.</summary>
    public bool Has(string key) => root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Reads a string.</summary>
    public string ReadText(string key, string? fallback = null)
    {
        if (!Has(key))
        {
            return fallback ?? throw DescribeMissing(key, "a string");
        }

        var value = Get(key);
        if (value.ValueKind != JsonValueKind.String)
        {
            throw DescribeWrong(key, "a string");
        }

        return value.GetString()!;
    }

    /// <summary>Reads a positive whole number of at most 31 bits.</summary>
    public long ReadInteger(string key, long? fallback = null)
    {
        if (!Has(key))
        {
            return fallback ?? throw DescribeMissing(key, "a positive whole number");
        }

        var value = Get(key);
        var isNumber = value.ValueKind == JsonValueKind.Number;
        if (!isNumber || !value.TryGetInt64(out var number) || number is <= 0 or > int.MaxValue)
        {
            throw DescribeWrong(key, "a positive whole number");
        }

        return number;
    }

    /// <summary>Reads a finite number.</summary>
    public double ReadNumber(string key, double? fallback = null)
    {
        if (!Has(key))
        {
            return fallback ?? throw DescribeMissing(key, "a number");
        }

        var value = Get(key);
        var isNumber = value.ValueKind == JsonValueKind.Number;
        if (!isNumber || !value.TryGetDouble(out var number) || !double.IsFinite(number))
        {
            throw DescribeWrong(key, "a number");
        }

        return number;
    }

    /// <summary>Reads a truth value.</summary>
    public bool ReadFlag(string key, bool fallback)
    {
        if (!Has(key))
        {
            return fallback;
        }

        var value = Get(key);
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw DescribeWrong(key, "true or false");
        }

        return value.GetBoolean();
    }

    /// <summary>A reader of the object under a key.</summary>
    public ConfigurationReader ReadSection(string key)
    {
        var value = Get(key);
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw DescribeWrong(key, "an object");
        }

        return new ConfigurationReader(path, value);
    }

    /// <summary>Refuses a key whose value changes the model's mathematics in a way that is not supported.</summary>
    public void Require(string key, string expected, Func<JsonElement, bool> holds)
    {
        if (Has(key) && !holds(Get(key)))
        {
            throw DescribeWrong(key, expected);
        }
    }

    /// <summary>Refuses a key that is not true.</summary>
    public void RequireTrue(string key) => Require(key, "true", value => value.ValueKind == JsonValueKind.True);

    /// <summary>Refuses a key that is not false.</summary>
    public void RequireFalse(string key) => Require(key, "false", value => value.ValueKind == JsonValueKind.False);

    /// <summary>Refuses an activation function other than the expected one.</summary>
    public void RequireActivation(string expected) =>
        Require("hidden_act", expected, value => value.ValueKind == JsonValueKind.String && value.GetString() == expected);

    /// <summary>Describes a value that cannot be used.</summary>
    public UserErrorException DescribeWrong(string key, string expected) => new(
        $"'{path}': {key} is {Shorten(Get(key).GetRawText())}, expected {expected}. "
        + "This model cannot be computed as it is: use another, or correct the file.");

    private UserErrorException DescribeMissing(string key, string expected) =>
        new($"'{path}' lacks {key}, {expected}: it is no complete config.json of a supported model.");

    private JsonElement Get(string key) => root.GetProperty(key);

    private static string Shorten(string text)
    {
        if (text.Length <= MaxValueInMessages)
        {
            return text;
        }

        return text[..(MaxValueInMessages - Ellipsis.Length)] + Ellipsis;
    }
}
