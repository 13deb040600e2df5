using System.Text.Json;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Commands;

public sealed class EvaluateCommandTests
{
    [Fact]
    public async Task Evaluate_MeasuresAFolder_AndWritesItsFigures()
    {
        using var place = TinyRun.Prepare();
        (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--until", "train-proxy")).Expect(0);
        (await Ifguide.RunAsync(place.Folder, "export", "tiny", "model", "--model", "proxy", "--out", "model")).Expect(0);
        place.Write("prompts.jsonl", """
            {"prompt": {"text": "Rosa asked", "toxicity": 0.7}}
            {"prompt": {"text": "Sam said", "toxicity": 0.1}}
            """);
        place.Write("toxic.jsonl", """{"prompt": "a", "completion": " You stupid fool."}""");
        place.Write("nontoxic.jsonl", """{"prompt": "a", "completion": " Try a pawn first."}""");
        string[] arguments = ["evaluate", "--json", "--model", "model", "--prompts", "prompts.jsonl", "--samples", "3", "--max-new-tokens", "5", "--toxic", "toxic.jsonl", "--nontoxic", "nontoxic.jsonl", "--out", "out/metrics.json"];
        var said = await Ifguide.RunAsync(place.Folder, arguments);
        using var told = JsonDocument.Parse(said.Expect(0).Output);
        Assert.Equal(["all", "nontoxic", "toxic"], told.RootElement.GetProperty("toxicity").EnumerateArray().Select(row => row.GetProperty("prompt_class").GetString()!).Distinct());
        Assert.Equal(["lexicon", "linear"], told.RootElement.GetProperty("toxicity").EnumerateArray().Select(row => row.GetProperty("classifier").GetString()!).Distinct());
        Assert.True(told.RootElement.GetProperty("toxic_query_loss").GetDouble() > 1);
        using var written = JsonDocument.Parse(await File.ReadAllTextAsync(place["out/metrics.json"], TestContext.Current.CancellationToken));
        Assert.True(JsonElement.DeepEquals(told.RootElement, written.RootElement));
        Assert.Equal(said.Output, (await Ifguide.RunAsync(place.Folder, arguments)).Expect(0).Output);
    }

    [Theory]
    [InlineData("--model gone --prompts p.jsonl", "gone")]
    [InlineData("--model .", "Nothing to measure")]
    [InlineData("--model . --prompts p.jsonl --top-p 0", "--top-p is '0'")]
    [InlineData("--model . --prompts p.jsonl --samples 0", "--samples is '0'")]
    [InlineData("--model . --prompts p.jsonl --classifier best", "--classifier is 'best'")]
    [InlineData("--model . --mask m.npy", "--corpus-ids and --mask belong together")]
    [InlineData("--prompts p.jsonl", "--model")]
    public async Task Evaluate_NamesWhatIsWrong(string arguments, string expected)
    {
        using var place = new Workplace();
        var said = await Ifguide.RunAsync(place.Folder, ["evaluate", .. arguments.Split(' ')]);
        Assert.Contains(expected, said.Expect(2).Error, StringComparison.Ordinal);
    }
}
