using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Cli.Exports;

/// <summary>What can be taken out of a run, and in which formats (CONTRACT section 4).</summary>
internal static class ExportFormats
{
    /// <summary>Artifacts with their formats; the first is the default.</summary>
    private static readonly Dictionary<string, string[]> Formats = new()
    {
        ["scores"] = ["npy", "safetensors", "parquet"],
        ["mask"] = ["npy", "safetensors", "jsonl", "megatron", "weights", "reference"],
        ["order"] = ["npy"],
        ["factors"] = ["safetensors"],
        ["model"] = ["huggingface"],
        ["metrics"] = ["json"],
    };

    /// <summary>The artifacts.</summary>
    public static IEnumerable<string> Artifacts => Formats.Keys;

    /// <summary>The table, for the description of an option.</summary>
    public static string Description => string.Join("; ", Formats.Select(pair => $"{pair.Key}: {string.Join(", ", pair.Value)}"));

    /// <summary>The format that is meant.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="format">Its format; null: the default.</param>
    /// <exception cref="UserErrorException">There is no such artifact, or it has no such format.</exception>
    public static string Choose(string artifact, string? format)
    {
        if (!Formats.TryGetValue(artifact, out var formats))
        {
            var nearest = NearestName.Of(artifact, Artifacts);
            var all = string.Join(", ", Artifacts);
            throw new UserErrorException($"There is no artifact '{artifact}'; did you mean '{nearest}'? There are {all}.");
        }

        var chosen = format ?? formats[0];
        if (!formats.Contains(chosen))
        {
            throw new UserErrorException($"--format '{chosen}' is none of {artifact}; expected {string.Join(", ", formats)}.");
        }

        return chosen;
    }
}
