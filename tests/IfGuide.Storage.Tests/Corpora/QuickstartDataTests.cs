using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Corpora.Preparation;
using IfGuide.Storage.JsonLines;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Queries;
using IfGuide.Storage.Tests.Support;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Tests.Corpora;

/// <summary>The quickstart's own files go through every reader, with their own tokenizer.</summary>
public sealed class QuickstartDataTests : IDisposable
{
    private static readonly TokenizerFile Tokenizer = TokenizerFile.Load(Repository.Quickstart("tokenizer.json"));

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Readers_TakeEveryRecord()
    {
        var prompts = PromptReader.Read(Repository.Quickstart("prompts_eval.jsonl"));
        Assert.Equal((200, 4), (prompts.Count, prompts.Select(prompt => prompt.Class).Distinct().Count()));
        Assert.Equal(350, HeldOutText.Read(Repository.Quickstart("valid.jsonl")).Count());
        Assert.Equal(200, LastWordReader.Read(Repository.Quickstart("lambada_like.jsonl")).Count);
    }

    [Theory]
    [InlineData("toxic")]
    [InlineData("nontoxic")]
    public void Queries_LabelTheirContinuations(string name)
    {
        using var queries = QueryReader.Read(new QuerySetSpec { Path = Repository.Quickstart($"queries_{name}.jsonl") }, name, Tokenizer, 256, Tokenizer.VocabularySize);
        Assert.Equal((240L, 240L), (queries.Counts.Read, queries.Counts.Kept));
        Assert.All(queries.Queries, query => Assert.EndsWith(query.Completion, Tokenizer.Decode(query.Tokens.Span[query.FirstLabel..]), StringComparison.Ordinal));
        Assert.Equal(queries.Counts.LossTokens, SequenceStatistics.Compute(queries.Sequences).LossTokens);
    }

    /// <summary>Each document of a concatenated corpus reads back from its shards as it was, and tokens without a hole cover each of its known spans.</summary>
    [Fact]
    public void Corpus_ReadsBackAsItWas()
    {
        var spec = new CorpusSpec { Path = Repository.Quickstart("corpus.jsonl"), Block = 128 };
        var files = new List<CorpusShardFile>();
        var shards = new List<CorpusShard>();
        var preparation = new CorpusPreparation(folder.Path);
        foreach (var shard in preparation.Prepare(spec, Tokenizer, Tokenizer.VocabularySize, shards: 5))
        {
            var path = folder.File($"shard-{shard.Shard}");
            using (var file = File.Create(path))
            {
                shard.WriteSequences(file);
            }

            files.Add(CorpusShardFile.Open(path));
            shards.Add(new CorpusShard(files[^1], StoredDocuments.Of(shard)));
        }

        var corpus = preparation.Result;
        Assert.Equal((7000L, 5), (corpus.Documents, shards.Count));
        Assert.Empty(corpus.CreateWarnings());

        var expected = CorpusDocuments.Read(spec).ToDictionary(document => document.Id, document => document.Text);
        var labels = JsonLinesFile.Read(Repository.Quickstart("corpus_labels.jsonl")).ToDictionary(
            record => record.GetText("id", string.Empty),
            record => record.Value.GetProperty("spans").EnumerateArray().Select(span => new TextSpan(span.GetProperty("start").GetInt32(), span.GetProperty("end").GetInt32())).ToArray());
        var reader = new DocumentReader(shards.Count, shard => shards[shard]);
        var whole = 0;
        var marked = 0;
        foreach (var (shard, number) in shards.Select((shard, number) => (shard, number)))
        {
            foreach (var (document, piece) in shard.Documents.Documents.Select((document, piece) => (document, piece)).Where(pair => pair.document.TokenOffset == 0))
            {
                var text = reader.Text(number, piece, Tokenizer);
                Assert.StartsWith(text.Text, expected[document.Id], StringComparison.Ordinal);
                whole += text.Text.Length == expected[document.Id].Length ? 1 : 0;
                marked += labels[document.Id].Count(span => Marked(text, span));
            }
        }

        files.ForEach(file => file.Dispose());
        Assert.InRange(whole, 6990, 7000);
        Assert.InRange(marked, labels.Values.Sum(spans => spans.Length) - 2, labels.Values.Sum(spans => spans.Length));
    }

    /// <summary>The tokens that overlap a known span cover it without a hole.</summary>
    private static bool Marked(DocumentText text, TextSpan known)
    {
        var tokens = text.CharacterSpans.Where(span => span.Start < known.End && span.End > known.Start).ToArray();
        return tokens.Length > 0 && tokens[0].Start <= known.Start && tokens[^1].End >= known.End && tokens.Sum(span => span.Length) == tokens[^1].End - tokens[0].Start;
    }
}
