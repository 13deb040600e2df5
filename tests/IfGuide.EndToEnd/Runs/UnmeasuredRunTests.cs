using System.Text.Json;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Runs;

/// <summary>A run with a target and without an evaluation, as README's first run file has it: the model is trained, and nothing is measured.</summary>
public sealed class UnmeasuredRunTests
{
    [Fact]
    public async Task TargetWithoutEvaluation_IsTrained_Exported_AndDeleted_BesideAnother()
    {
        using var place = TinyRun.Prepare(text => text[..text.IndexOf("evaluation:", StringComparison.Ordinal)] + "shards: 2\n");
        place.Write("other.yaml", TinyRun.Text.Replace("run: tiny", "run: other", StringComparison.Ordinal));
        (await Ifguide.RunAsync(place.Folder, "validate", TinyRun.FileName)).Expect(0);
        (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        (await Ifguide.RunAsync(place.Folder, "run", "other.yaml", "--until", "prepare", "--quiet")).Expect(0);
        Assert.Contains("tiny: done", (await Ifguide.RunAsync(place.Folder, "status", "tiny")).Expect(0).Output, StringComparison.Ordinal);

        (await Ifguide.RunAsync(place.Folder, "report", "tiny", "--out", "report.html")).Expect(0);
        var page = await File.ReadAllTextAsync(place["report.html"], TestContext.Current.CancellationToken);
        Assert.Contains("none: the trained model is not measured", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>Before and after</h2>", page, StringComparison.Ordinal);
        (await Ifguide.RunAsync(place.Folder, "export", "tiny", "model", "--out", "model")).Expect(0);
        Assert.True(File.Exists(Path.Combine(place["model"], "model.safetensors")));
        (await Ifguide.RunAsync(place.Folder, "export", "tiny", "metrics", "--out", "metrics.json")).Expect(0);
        using var metrics = JsonDocument.Parse(await File.ReadAllBytesAsync(place["metrics.json"], TestContext.Current.CancellationToken));
        Assert.Empty(metrics.RootElement.GetProperty("models").EnumerateObject());

        Assert.Contains("deleted", (await Ifguide.RunAsync(place.Folder, "delete", "other")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("deleted", (await Ifguide.RunAsync(place.Folder, "delete", "tiny")).Expect(0).Output, StringComparison.Ordinal);
    }
}
