using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Runs;

public sealed class BadInputTests
{
    public static TheoryData<string, string, string> Cases => new()
    {
        // what is broken, a word for it, what the message must name
        { "data/corpus.jsonl", "", "corpus.jsonl" },
        { "data/corpus.jsonl", "{\"id\": \"a\", \"text\": \"too short\"}\n", "64" },
        { "data/corpus.jsonl", "{\"id\": \"a\", \"text\": \"fine\"}\nnot json\n", "line 2" },
        { "data/corpus.jsonl", "{\"id\": \"a\", \"words\": \"fine\"}\n", "text" },
        { "data/queries_toxic.jsonl", "{\"prompt\": {\"text\": \"only a prompt\"}}\n", "queries_toxic.jsonl" },
        { "data/queries_toxic.jsonl", "", "queries_toxic.jsonl" },
        { "data/tokenizer.json", "{}", "tokenizer.json" },
        { "data/tokenizer.json", "not json", "tokenizer.json" },
        { "tiny.yaml", "proxy: [", "tiny.yaml" },
        { "tiny.yaml", "proxies: {}", "did you mean 'proxy'" },
    };

    [Theory, MemberData(nameof(Cases))]
    public async Task Run_BrokenFile_IsAUserErrorInOneLine(string file, string content, string named)
    {
        using var place = TinyRun.Prepare();
        place.Write(file, content);
        var said = (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--until", "prepare", "--quiet")).Expect(2);
        Assert.Contains(named, said.Complaint, StringComparison.Ordinal);
        Results.AssertNothingHalfWritten(place);
    }

    /// <summary>What the first records tell, validate tells too, in the run's words and before anything is stored.</summary>
    [Theory]
    [InlineData("data/corpus.jsonl", "", "corpus.jsonl")]
    [InlineData("data/corpus.jsonl", "{\"id\": \"a\", \"words\": \"fine\"}\n", "text")]
    [InlineData("data/queries_toxic.jsonl", "{\"prompt\": {\"text\": \"only a prompt\"}}\n", "queries_toxic.jsonl")]
    [InlineData("data/prompts_eval.jsonl", "{\"promt\": \"x\"}\n", "prompts_eval.jsonl")]
    [InlineData("data/corpus_labels.jsonl", "{\"id\": \"a\"}\n", "corpus_labels.jsonl")]
    [InlineData("data/tokenizer.json", "{\"model\": {\"type\": \"Unigram\", \"vocab\": []}}", "Unigram")]
    public async Task Validate_FindsWhatBeginsWrong(string file, string content, string named)
    {
        using var place = TinyRun.Prepare();
        Assert.Contains("is in order", (await Ifguide.RunAsync(place.Folder, "validate", TinyRun.FileName)).Expect(0).Output, StringComparison.Ordinal);
        place.Write(file, content);
        Assert.Contains(named, (await Ifguide.RunAsync(place.Folder, "validate", TinyRun.FileName)).Expect(2).Complaint, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place[".ifguide"]));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("validate")]
    public async Task MissingFile_IsNamedWithItsKey(string command)
    {
        using var place = TinyRun.Prepare();
        File.Delete(place["data/queries_toxic.jsonl"]);
        var said = (await Ifguide.RunProcessAsync(place.Folder, command, TinyRun.FileName)).Expect(2);
        Assert.Contains("'queries.toxic.path' names '", said.Complaint, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place[".ifguide"]));
    }

    [Fact]
    public async Task Run_InvalidUtf8_NamesTheLine()
    {
        using var place = TinyRun.Prepare();
        await File.WriteAllBytesAsync(place["data/corpus.jsonl"], [.. "{\"id\": \"a\", \"text\": \"fine\"}\n{\"id\": \"b\", \"text\": \"caf"u8, 0xe9, .. "\"}\n"u8], TestContext.Current.CancellationToken);
        var said = (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--until", "prepare", "--quiet")).Expect(2);
        Assert.Contains("line 2", said.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TruncatedModel_NamesTheFile()
    {
        using var place = TinyRun.Prepare();
        (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--until", "train-proxy", "--quiet")).Expect(0);
        (await Ifguide.RunAsync(place.Folder, "export", "tiny", "model", "--model", "proxy", "--out", "proxy")).Expect(0);
        var weights = await File.ReadAllBytesAsync(place["proxy/model.safetensors"], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(place["proxy/model.safetensors"], weights[..^1000], TestContext.Current.CancellationToken);
        place.Write("given.yaml", "proxy: { path: ./proxy }\ncorpus: { path: ./data/corpus.jsonl, block: 64 }\nqueries: { toxic: ./data/queries_toxic.jsonl, nontoxic: ./data/queries_nontoxic.jsonl }\n");
        foreach (var command in new[] { "validate", "run" })
        {
            Assert.Contains("model.safetensors", (await Ifguide.RunAsync(place.Folder, command, "given.yaml", "--quiet")).Expect(2).Complaint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_WithoutMemory_SaysSo()
    {
        using var place = TinyRun.Prepare();
        place.Write("data/corpus.jsonl", $"{{\"text\": \"{new string('a', 48 << 20)}\"}}\n"); // one document is held whole
        var ended = await Ifguide.RunAsync(place.Folder, ["run", TinyRun.FileName, "--until", "prepare", "--quiet"], new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x4000000" });
        Assert.Contains("(64 MiB, by the machine", ended.Expect(1).Complaint, StringComparison.Ordinal);
        Results.AssertNothingHalfWritten(place);
    }

    [Theory]
    [InlineData("--store azure:container", "needs credentials")]
    [InlineData("--store nonsense", "is not the URI of a store")]
    [InlineData("--store file:/proc/ifguide", "/proc/ifguide")]
    [InlineData("--cluster http://localhost:6379", "expected redis://HOST:PORT")]
    [InlineData("--cluster redis://:secret@localhost:6379", "IFGUIDE_REDIS_PASSWORD")]
    [InlineData("--cluster redis://localhost:6379 --cluster-id A/B", "--cluster-id 'A/B'")]
    [InlineData("--device cuda:0", "cuda:0")]
    [InlineData("--until nowhere", "--until is 'nowhere'")]
    public async Task Run_WrongOptions_AreUserErrors(string options, string named)
    {
        using var place = TinyRun.Prepare();
        var said = (await Ifguide.RunProcessAsync(place.Folder, ["run", TinyRun.FileName, "--quiet", .. options.Split(' ')])).Expect(2);
        Assert.Contains(named, said.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_SaysThatItIsNotInThisVersion() =>
        Assert.Contains("this version of IfGuide", (await Ifguide.RunProcessAsync(Path.GetTempPath(), "plan", "tiny.yaml")).Expect(2).Complaint, StringComparison.Ordinal);
}
