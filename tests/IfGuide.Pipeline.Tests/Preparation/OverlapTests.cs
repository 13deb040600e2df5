using System.Text.Json;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Artifacts;
using IfGuide.Tests.Shared;

namespace IfGuide.Pipeline.Tests.Preparation;

/// <summary>What occurs twice among queries, prompts and corpus is told by the preparation.</summary>
public sealed class OverlapTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Preparation_TellsWhatOccursTwice_AndWhatTruncationTook()
    {
        var specification = TinyRun.Create(folder.Path);
        await File.AppendAllTextAsync(specification.Queries.Toxic!.Path!, JsonSerializer.Serialize(new { prompt = string.Concat(Enumerable.Repeat("very ", 60)), completion = "long" }) + "\n");
        await File.AppendAllTextAsync(specification.Queries.Nontoxic!.Path!, (await File.ReadAllLinesAsync(specification.Queries.Toxic!.Path!))[2] + "\n");
        var inputs = await Prepare(specification, "store");
        var overlap = inputs.Overlap!;
        Assert.Equal(
            [("queries.toxic", "queries.nontoxic"), ("queries.toxic", OverlapRecord.Prompts), ("queries.nontoxic", OverlapRecord.Prompts), (OverlapRecord.AllQueries, OverlapRecord.Prompts)],
            overlap.Sets.Select(sets => (sets.First, sets.Second)));
        Assert.Equal((1L, 1L), (overlap.Sets[0].Wholes.InFirst, overlap.Sets[0].Wholes.InSecond));
        Assert.Equal(["toxic.jsonl, line 3", "nontoxic.jsonl, line 9"], overlap.Sets[0].Wholes.Places[0]);
        Assert.Equal((6L, 6L), (overlap.Sets[1].Prompts.InSecond, overlap.Sets[1].SecondTexts));
        Assert.Equal(["queries.toxic", "queries.nontoxic", OverlapRecord.Prompts], overlap.Corpus.Select(set => set.Set));
        Assert.True(overlap.Corpus[0].Found is > 0 and < 8);
        Assert.Equal(6, overlap.Corpus[2].Sought);
        Assert.Equal(1, inputs.Toxic!.Counts!.CutAway);
        Assert.Contains("queries.toxic: 1 of 9 records lost their whole continuation to queries.max_length and were left out (toxic.jsonl, line 9).", inputs.Warnings);
        Assert.Contains(inputs.Warnings, warning => warning.StartsWith("evaluation.prompts: 6 of 6 prompts (100 %) also stand in queries (the first: toxic.jsonl, line 1 and prompts.jsonl, line 1)", StringComparison.Ordinal));
        Assert.Contains(inputs.Warnings, warning => warning.StartsWith("queries.toxic and queries.nontoxic: 1 of 8 and 1 of 9 texts are in both", StringComparison.Ordinal));
        Assert.Contains(inputs.Warnings, warning => warning.StartsWith("queries.toxic: ", StringComparison.Ordinal) && warning.Contains("word for word", StringComparison.Ordinal));
    }

    /// <summary>Other queries over a corpus that is prepared already: it is read once more, and the outcome is that of a new store.</summary>
    [Fact]
    public async Task Preparation_OfOtherQueries_LooksThroughThePreparedCorpus()
    {
        var specification = TinyRun.Create(folder.Path);
        await Prepare(specification, "store");
        var text = JsonDocument.Parse((await File.ReadAllLinesAsync(specification.Corpus.Path!))[7]).RootElement.GetProperty("text").GetString()!;
        var other = folder.File("other.jsonl");
        await File.WriteAllTextAsync(other, JsonSerializer.Serialize(new { text }) + "\n" + JsonSerializer.Serialize(new { text = "nobody has ever written this text" }) + "\n");
        var changed = specification with { Queries = specification.Queries with { Toxic = new QuerySetSpec { Path = other } } };
        var again = await Prepare(changed, "store");
        var anew = await Prepare(changed, "anew");
        Assert.Equal(JsonSerializer.Serialize(anew.Overlap), JsonSerializer.Serialize(again.Overlap));
        Assert.Equal((2L, 1L), (again.Overlap!.Corpus[0].Sought, again.Overlap.Corpus[0].Found));
        Assert.Equal(["other.jsonl, line 1", "corpus.jsonl, line 8"], again.Overlap.Corpus[0].Places[0]);
    }

    private async Task<PreparedInputs> Prepare(RunSpec specification, string name)
    {
        var store = new LocalArtifactStore(folder.File(name));
        using var executor = new UnitExecutor(store, "cpu");
        var unit = RunPlan.Preparation(specification, await SpecificationStore.PutAsync(store, specification));
        return await PreparedInputs.LoadAsync(store, executor.Execute(unit));
    }
}
