using System.Text.Json;
using IfGuide.EndToEnd.Harness;
using IfGuide.Storage.Npy;

namespace IfGuide.EndToEnd.Commands;

/// <summary>Several behaviours from the command line: a run of two, and what comes out of each and of both.</summary>
public sealed class BehaviourTests
{
    private static string Two(string text) => text
        .Replace(
            "queries: { toxic: ./data/queries_toxic.jsonl, nontoxic: ./data/queries_nontoxic.jsonl, max_length: 64 }",
            "queries: { toxicity: { toxic: ./data/queries_toxic.jsonl, nontoxic: ./data/queries_nontoxic.jsonl }, calm: { toxic: ./data/queries_nontoxic.jsonl, nontoxic: ./data/queries_toxic.jsonl }, max_length: 64 }",
            StringComparison.Ordinal)
        .Replace("budget: 3% }", "budget: 3%, behaviours: { calm: { window: 0, budget: 25 } } }", StringComparison.Ordinal);

    [Fact]
    public async Task TwoBehaviours_AreSelectedAndExported_ByNameAndTogether()
    {
        using var place = TinyRun.Prepare(Two);
        (await Ifguide.RunAsync(place.Folder, "validate", TinyRun.FileName)).Expect(0);
        (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        await ExportAsync(place, "mask", "all.npy");
        foreach (var name in new[] { "toxicity", "calm" })
        {
            await ExportAsync(place, "scores", $"{name}.s.npy", "--behaviour", name);
            await ExportAsync(place, "mask", $"{name}.npy", "--behaviour", name);
            await ExportAsync(place, "order", $"{name}.o.npy", "--behaviour", name);
        }

        var (toxicity, calm, all) = (Mask(place, "toxicity.npy"), Mask(place, "calm.npy"), Mask(place, "all.npy"));
        Assert.Equal(toxicity.Zip(calm, (one, other) => one || other), all);
        Assert.InRange(calm.Count(selected => selected), 1, 25);
        Assert.True(toxicity.Count(selected => selected) > 25);

        // Each is what the selection alone gives on its scores.
        (await Ifguide.RunAsync(place.Folder, "select", "--run", "tiny", "--behaviour", "calm", "--quantile", "0.98", "--window", "0", "--budget", "25", "--out", "again.npy", "--order", "again.o.npy")).Expect(0);
        Assert.Equal(calm, Mask(place, "again.npy"));
        Assert.Equal(File.ReadAllBytes(place["calm.o.npy"]), File.ReadAllBytes(place["again.o.npy"]));

        await ExportAsync(place, "factors", "factors");
        string[] files = ["query_toxicity_toxic", "query_toxicity_nontoxic", "query_calm_toxic", "query_calm_nontoxic", "preconditioned_toxicity", "preconditioned_calm", "lambda"];
        Assert.All(files, file => Assert.True(File.Exists(place[$"factors/{file}.safetensors"]), file));
        Assert.Equal(File.ReadAllBytes(place["factors/query_toxicity_toxic.safetensors"]), File.ReadAllBytes(place["factors/query_calm_nontoxic.safetensors"]));

        using var told = JsonDocument.Parse((await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--behaviour", "calm", "--what-if", "--json")).Expect(0).Output);
        Assert.Equal(25, told.RootElement.GetProperty("selection").GetProperty("budget").GetInt64());
        var top = (await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--behaviour", "toxicity", "--top", "1", "--json")).Expect(0).Output;
        var id = JsonDocument.Parse(top).RootElement.GetProperty("id").GetString()!;
        (await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--behaviour", "calm", "--document", id, "--queries", "1", "--layers")).Expect(0);
        (await Ifguide.RunAsync(place.Folder, "report", "tiny", "--out", "report.html")).Expect(0);
        Assert.Contains("What was suppressed, and why: calm", File.ReadAllText(place["report.html"]), StringComparison.Ordinal);

        string[][] wrong = [["export", "tiny", "scores", "--out", "x.npy"], ["export", "tiny", "order", "--out", "x.npy"], ["export", "tiny", "mask", "--format", "jsonl", "--out", "x.jsonl"], ["inspect", "tiny"]];
        foreach (var arguments in wrong)
        {
            Assert.Contains("several behaviours: toxicity, calm. Choose one with --behaviour", (await Ifguide.RunAsync(place.Folder, arguments)).Expect(2).Complaint, StringComparison.Ordinal);
        }

        Assert.Contains("did you mean 'calm'?", (await Ifguide.RunAsync(place.Folder, "export", "tiny", "scores", "--behaviour", "clam", "--out", "x.npy")).Expect(2).Complaint, StringComparison.Ordinal);
        Assert.Contains("--behaviour goes with scores, mask and order", (await Ifguide.RunAsync(place.Folder, "export", "tiny", "metrics", "--behaviour", "calm", "--out", "x.json")).Expect(2).Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_LooksAtEveryBehavioursFiles()
    {
        using var place = TinyRun.Prepare(text => Two(text).Replace("calm: { toxic: ./data/queries_nontoxic.jsonl", "calm: { toxic: ./data/none.jsonl", StringComparison.Ordinal));
        var complaint = (await Ifguide.RunAsync(place.Folder, "validate", TinyRun.FileName)).Expect(2).Complaint;
        Assert.Contains("'queries.calm.toxic.path' names", complaint, StringComparison.Ordinal);
        Assert.Contains("none.jsonl', which does not exist", complaint, StringComparison.Ordinal);
    }

    private static async Task ExportAsync(Workplace place, string artifact, string file, params string[] options) =>
        (await Ifguide.RunAsync(place.Folder, ["export", "tiny", artifact, "--out", file, .. options])).Expect(0);

    private static bool[] Mask(Workplace place, string file)
    {
        using var mask = NpyFile.Open(place[file]);
        return mask.RowSpan<bool>(0, mask.Rows).ToArray();
    }
}
