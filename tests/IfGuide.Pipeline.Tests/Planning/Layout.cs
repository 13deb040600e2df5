using System.Text.Json;
using System.Text.RegularExpressions;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Safetensors;
using MessagePack;

namespace IfGuide.Pipeline.Tests.Planning;

/// <summary>Describes the layout of a file, without its numbers.</summary>
internal static partial class Layout
{
    /// <summary>A store name with what differs between runs taken out: keys, shards and layers.</summary>
    public static string Pattern(string name) => Layers().Replace(Shards().Replace(Keys().Replace(name, "{key}"), "-{shard}"), ".{layer}.");

    /// <summary>The lines that describe a file.</summary>
    public static IEnumerable<string> Of(string path, string name) => Path.GetExtension(name) switch
    {
        ".safetensors" => Safetensors(path),
        ".npy" => Npy(path),
        ".msgpack" => MessagePack(path),
        ".json" when !name.EndsWith("tokenizer.json", StringComparison.Ordinal) => Json(path),
        ".json" or ".jsonl" => ["the user's file"],
        ".html" => ["a page"],
        var other => throw new ArgumentException($"No layout is known for '{other}' ({name})."),
    };

    private static IEnumerable<string> Safetensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return
        [
            .. file.Tensors.Values.Select(tensor => $"{Layers().Replace(tensor.Name, ".{layer}.")}: {tensor.Type}, {tensor.Shape.Count} dimensions"),
            .. file.Metadata.Keys.Select(key => $"metadata {Layers().Replace(key, ".{layer}.")}"),
        ];
    }

    private static IEnumerable<string> Npy(string path)
    {
        using var file = NpyFile.Open(path);
        return [$"{file.Type}, {file.Shape.Count} dimensions"];
    }

    private static string[] Json(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return Values(document.RootElement, string.Empty).ToArray();
    }

    private static IEnumerable<string> Values(JsonElement element, string at) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Values(property.Value, $"{at}.{property.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Values(item, $"{at}[]")),
        JsonValueKind.True or JsonValueKind.False => [$"{at}: boolean"],
        _ => [$"{at}: {element.ValueKind.ToString().ToLowerInvariant()}"],
    };

    /// <summary>The kinds of a record's fields; what lies within them, the records' own fields tell.</summary>
    private static string[] MessagePack(string path)
    {
        var reader = new MessagePackReader(File.ReadAllBytes(path));
        var kinds = new string[reader.ReadArrayHeader()];
        for (var i = 0; i < kinds.Length; i++)
        {
            kinds[i] = reader.NextMessagePackType.ToString();
            reader.Skip();
        }

        return [string.Join(", ", path.EndsWith("texts.msgpack", StringComparison.Ordinal) ? kinds.Distinct() : kinds)];
    }

    [GeneratedRegex("(?<=/)[0-9a-f]{24,64}(?=[/.])")]
    private static partial Regex Keys();

    [GeneratedRegex("-[0-9]{5,9}(?=[.])")]
    private static partial Regex Shards();

    [GeneratedRegex("[.][0-9]+[.]")]
    private static partial Regex Layers();
}
