using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IfGuide.Abstractions.Rules;

/// <summary>The JSON Schema of run files, made of the same table as the parser; editors complete from it.</summary>
public static class RunSchema
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the schema, ending in a line feed.</summary>
    public static string Write()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "IfGuide run file",
            ["description"] = "What 'ifguide run' takes. Relative paths start at the run file's folder.",
        };
        foreach (var (name, value) in RunTable.Root.Schema().ToList())
        {
            schema[name] = value!.DeepClone();
        }

        return schema.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }
}
