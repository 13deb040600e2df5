using System.Text.Json;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Models;

/// <summary>model.safetensors.index.json: which shard holds which weight.</summary>
internal static class WeightIndex
{
    /// <summary>The file's name.</summary>
    public const string Name = "model.safetensors.index.json";

    /// <summary>Reads the paths of the shards, sorted ordinally.</summary>
    /// <param name="folder">The folder of the index and its shards.</param>
    /// <exception cref="UserErrorException">It is damaged, or names a file outside its folder.</exception>
    public static string[] ReadShards(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            return [.. ReadNames(path).Select(name => Path.Combine(folder, name))];
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            throw new UserErrorException(
                $"'{path}' is no index of safetensors shards with a weight_map: download or export the model's folder again.",
                exception);
        }
    }

    private static string[] ReadNames(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var entries = json.RootElement.GetProperty("weight_map").EnumerateObject();
        var shards = entries.Select(entry => entry.Value.GetString() ?? throw new JsonException("a shard is null"));
        string[] names = [.. shards.Distinct().Order(StringComparer.Ordinal)];
        if (Array.Find(names, IsOutside) is { } outside)
        {
            throw new UserErrorException(
                $"'{path}' names the shard '{outside}', which is not a file beside it: correct the index.");
        }

        return names;
    }

    private static bool IsOutside(string name) => name.Length == 0 || name != Path.GetFileName(name);
}
