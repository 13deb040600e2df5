using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace IfGuide.Abstractions;

/// <summary>The id of a run: 1 to 63 characters of a–z, 0–9 and hyphen, the first not a hyphen.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.RunId")]
[JsonConverter(typeof(RunIdJsonConverter))]
public readonly partial record struct RunId
{
    [Id(0)] private readonly string? value;

    private RunId(string value) => this.value = value;

    /// <summary>Parses an id.</summary>
    /// <param name="text">The id's text.</param>
    /// <exception cref="FormatException">The text is not an id.</exception>
    public static RunId Parse(string text) => TryParse(text, out var id)
        ? id
        : throw new FormatException(
            $"'{Shorten(text)}' is not a run id: use 1 to 63 characters of a-z, 0-9 and '-', the first a letter or a digit.");

    /// <summary>Parses an id.</summary>
    /// <param name="text">The id's text.</param>
    /// <param name="id">The id, when the text is one.</param>
    /// <returns>Whether the text is an id.</returns>
    public static bool TryParse(string? text, out RunId id)
    {
        id = text is not null && Pattern().IsMatch(text) ? new RunId(text) : default;
        return id.value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => value ?? string.Empty;

    private static string? Shorten(string? text) => text is { Length: > 80 } ? text[..80] + "…" : text;

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    private sealed class RunIdJsonConverter : JsonConverter<RunId>
    {
        public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString() ?? string.Empty);

        public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
