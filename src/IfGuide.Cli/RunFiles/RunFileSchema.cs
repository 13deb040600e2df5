using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IfGuide.Cli.RunFiles;

/// <summary>The JSON Schema of run files, made of the same table as the parser; editors complete from it.</summary>
internal static class RunFileSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema's text, ending in a line feed.</summary>
    public static string Text()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "IfGuide run file",
            ["description"] = "What 'ifguide run' takes. Relative paths start at the run file's folder.",
        };
        foreach (var (name, value) in RunFileKeys.Root.Schema().ToList())
        {
            schema[name] = value!.DeepClone();
        }

        return schema.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }
}
