using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules;

namespace IfGuide.EndToEnd.RunFiles;

public sealed class RunFileSchemaTests : RunFileFixture
{
    [Fact]
    public void CommittedSchema_IsTheOneTheTableMakes()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "IfGuide.sln")))
        {
            root = root.Parent!;
        }

        Assert.Equal(RunSchema.Write(), File.ReadAllText(Path.Combine(root.FullName, "deploy/run.schema.json")));
    }

    [Fact]
    public void EveryKey_HasAMeaning()
    {
        var keys = Properties(Schema()).ToList();
        Assert.True(keys.Count > 60, $"only {keys.Count} keys were found");
        Assert.All(keys, key => Assert.False(string.IsNullOrWhiteSpace((string?)key.Schema["description"]), key.Path));
    }

    [Fact]
    public void DocumentedDefaults_AreTheDefaults()
    {
        // Writing every documented default into a run file must change nothing.
        var plain = Read(WithSections(string.Empty));
        var written = 0;
        foreach (var (path, schema) in Properties(Schema()).Where(key => key.Schema["default"] is not null))
        {
            var sections = path.Split('.')[..^1];
            var line = path.Split('.')[^1] + ": " + schema["default"]!.ToJsonString().Replace("\"2%\"", "2%", StringComparison.Ordinal);
            var run = Read(WithSections(line, sections));
            Assert.True(plain with { Evaluation = null } == run with { Evaluation = null }, path);
            Assert.Equal(plain.Evaluation! with { Compare = [] }, run.Evaluation! with { Compare = [] });
            Assert.Equal(plain.Evaluation.Compare, run.Evaluation.Compare);
            written++;
        }

        Assert.True(written > 40, $"only {written} defaults were written");
    }

    private static JsonObject Schema() => JsonNode.Parse(RunSchema.Write())!.AsObject();

    private static string WithSections(string line, params string[] path)
    {
        string[][] mappings = [["proxy", "architecture"], ["proxy", "training"], ["corpus"], ["queries"], ["factors"], ["scores"], ["selection"], ["target", "architecture"], ["suppression"], ["training"], ["evaluation"]];
        var bodies = mappings.ToDictionary(keys => string.Join('.', keys), keys => keys.SequenceEqual(path) ? line : string.Empty);
        var corpus = bodies["corpus"].StartsWith("path", StringComparison.Ordinal) ? bodies["corpus"] : $"path: c.jsonl, {bodies["corpus"]}";
        return $$"""
            {{(path.Length == 0 ? line : string.Empty)}}
            tokenizer: t.json
            proxy: { architecture: { {{bodies["proxy.architecture"]}} }, training: { {{bodies["proxy.training"]}} } }
            corpus: { {{corpus}} }
            queries: { toxic: a.jsonl, nontoxic: b.jsonl, {{bodies["queries"]}} }
            factors: { {{bodies["factors"]}} }
            scores: { {{bodies["scores"]}} }
            selection: { {{bodies["selection"]}} }
            target: { architecture: { {{bodies["target.architecture"]}} } }
            suppression: { {{bodies["suppression"]}} }
            training: { {{bodies["training"]}} }
            evaluation: { {{bodies["evaluation"]}} }
            """;
    }

    private static IEnumerable<(string Path, JsonObject Schema)> Properties(JsonObject schema, string prefix = "")
    {
        var branches = (schema["oneOf"] as JsonArray)?.OfType<JsonObject>() ?? [];
        foreach (var property in branches.Append(schema).Select(branch => branch["properties"]).OfType<JsonObject>().SelectMany(properties => properties))
        {
            var child = property.Value!.AsObject();
            yield return (prefix + property.Key, child);
            foreach (var below in Properties(child, $"{prefix}{property.Key}."))
            {
                yield return below;
            }
        }
    }
}
