using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Queries;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Corpora;

/// <summary>The quickstart's own files go through every reader.</summary>
public sealed class QuickstartDataTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Readers_TakeEveryRecord()
    {
        Assert.Equal(200, PromptReader.Read(Repository.Quickstart("prompts_eval.jsonl")).Count);
        Assert.Equal(4, PromptReader.Read(Repository.Quickstart("prompts_eval.jsonl")).Select(prompt => prompt.Class).Distinct().Count());
        Assert.Equal(350, HeldOutText.Read(Repository.Quickstart("valid.jsonl")).Count());
        Assert.Equal(200, LastWordReader.Read(Repository.Quickstart("lambada_like.jsonl")).Count);
        foreach (var name in new[] { "toxic", "nontoxic" })
        {
            using var queries = QueryReader.Read(new QuerySetSpec { Path = Repository.Quickstart($"queries_{name}.jsonl") }, name, new GreedyTokenizer(), 1024, 257);
            Assert.Equal((240L, 240L), (queries.Counts.Read, queries.Counts.Kept));
        }
    }

    [Fact]
    public async Task Corpus_IsPreparedWhole()
    {
        var shards = new List<(long Bytes, int Documents)>();
        var preparation = new CorpusPreparation((shard, _) =>
        {
            shard.WriteSequences(Stream.Null);
            shards.Add((shard.Sequences * 128, shard.Documents!.Documents.Count));
            return Task.CompletedTask;
        }, folder.Path);
        var corpus = await preparation.PrepareAsync(new CorpusSpec { Path = Repository.Quickstart("corpus.jsonl"), Block = 128 }, new GreedyTokenizer(), 257, shards: null);
        Assert.Equal(7000, corpus.Documents);
        Assert.Empty(corpus.Warnings());
        Assert.Equal(corpus.AttendedTokens, shards.Sum(shard => shard.Bytes));
        Assert.InRange(shards.Sum(shard => shard.Documents), 7000, 7000 + shards.Count);
    }
}
