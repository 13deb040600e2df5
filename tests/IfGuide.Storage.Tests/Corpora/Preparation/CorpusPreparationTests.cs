using System.Text.Json;
using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Corpora.Preparation;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Corpora.Preparation;

public sealed class CorpusPreparationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Prepare_DocumentsOverShards_AreCutAndFoundAgain()
    {
        Corpus("abcdefghij", "", "xy", "k");
        var (corpus, shards) = Prepare(new GreedyTokenizer(), Packing.Concatenate, block: 4, shards: 3);
        Assert.Equal([2L, 1L, 1L], corpus.ShardSequences);
        Assert.Equal(new PreparedCorpus(corpus.ShardSequences, 4, 16, Documents: 3, EmptyDocuments: 1, AlteredDocuments: 0, DroppedTokens: 0, CutDocuments: 0), corpus);
        Assert.Equal("corpus: 1 of 4 documents have no text and were left out.", Assert.Single(corpus.CreateWarnings()));
        Assert.Equal(
            [new() { Id = "d0", Source = "corpus.jsonl", FirstToken = 0, TokenCount = 8, TokenOffset = 0, Closed = false, Continues = true }],
            shards[0].Documents.Documents);
        Assert.Equal(
            [
                new() { Id = "d0", Source = "corpus.jsonl", FirstToken = 0, TokenCount = 3, TokenOffset = 8, Closed = true, Continues = false },
                new() { Id = "d2", Source = "corpus.jsonl", FirstToken = 3, TokenCount = 1, TokenOffset = 0, Closed = false, Continues = true },
            ],
            shards[1].Documents.Documents);
        Assert.Equal((true, 10L, "d0"), shards[1].Documents.FindDocument(0, 2) is { } place ? (place.IsClosing, place.Token, place.Document.Id) : default);
        Assert.Equal(["d0", "d2"], shards[1].Documents.FindDocuments(0).Select(document => document.Id));
        var reader = new DocumentReader(3, shard => shards[shard]);
        Assert.Equal("abcdefghij", reader.Text(1, 0, new GreedyTokenizer()).Text);
        Assert.Equal("xy", reader.Text(2, 0, new GreedyTokenizer()).Text);
    }

    [Fact]
    public void Prepare_DocumentPacking_MarksPadding()
    {
        Corpus("ab", "abcdef");
        var (corpus, shards) = Prepare(new GreedyTokenizer(), Packing.Document, block: 4, shards: 1);
        var (ids, labels, masks) = ArraySequences.Read(shards[0].Sequences);
        Assert.Equal([['a', 'b', 256, 256], ['a', 'b', 'c', 'd']], ids);
        Assert.Equal([['a', 'b', 256, -100], ['a', 'b', 'c', 'd']], labels);
        Assert.Equal([[1, 1, 1, 0], [1, 1, 1, 1]], masks);
        Assert.Equal((7L, 1L, 3L), (corpus.AttendedTokens, corpus.CutDocuments, corpus.DroppedTokens));
        Assert.Null(shards[0].Documents.FindDocument(0, 3));
        Assert.False(shards[0].Documents.FindDocument(1, 3)!.Value.IsClosing);
    }

    [Fact]
    public void Prepare_NormalisingTokenizer_IsReported()
    {
        Corpus("cafe\u0301", "tea");
        var (corpus, _) = Prepare(new GreedyTokenizer { Normalises = true }, Packing.Concatenate, block: 4, shards: null);
        Assert.Equal(1, corpus.AlteredDocuments);
        Assert.Contains("normalisation", Assert.Single(corpus.CreateWarnings()), StringComparison.Ordinal);
    }

    /// <summary>Every token of every shard maps back to its document, and every kept document reads back as it was.</summary>
    [Fact]
    public void Prepare_AnyCorpus_MapsBackExactly() =>
        Gen.Select(Generators.Text.Array[1, 8], Gen.Int[2, 11], Gen.Int[1, 5], Gen.Bool).Sample(
            (texts, block, shardCount, alone) =>
            {
                var tokenizer = GreedyTokenizer.Straddling;
                var total = texts.Where(text => text.Length > 0).Sum(text => tokenizer.Encode(text).Length + 1);
                if (alone ? total == 0 : total < block)
                {
                    return;
                }

                Corpus(texts);
                var (corpus, shards) = Prepare(tokenizer, alone ? Packing.Document : Packing.Concatenate, block, shardCount);
                Assert.Equal(Math.Min(shardCount, corpus.ShardSequences.Sum()), shards.Count);
                Assert.True(corpus.ShardSequences.Max() - corpus.ShardSequences.Min() <= 1);
                var reader = new DocumentReader(shards.Count, shard => shards[shard]);
                var attended = 0L;
                for (var shard = 0; shard < shards.Count; shard++)
                {
                    attended += CheckTokens(shards[shard], reader, shard, texts, tokenizer);
                }

                Assert.Equal(corpus.AttendedTokens, attended);
            },
            iter: 200,
            threads: 1);

    private static long CheckTokens(CorpusShard shard, DocumentReader reader, int number, string[] texts, GreedyTokenizer tokenizer)
    {
        var (ids, _, masks) = ArraySequences.Read(shard.Sequences);
        var attended = 0L;
        for (var row = 0; row < ids.Length; row++)
        {
            for (var column = 0; column < ids[row].Length; column++)
            {
                var place = shard.Documents.FindDocument(row, column);
                Assert.Equal(masks[row][column] == 1, place is not null);
                if (place is not { } found)
                {
                    continue;
                }

                attended++;
                int[] whole = [.. tokenizer.Encode(texts[int.Parse(found.Document.Id[1..], System.Globalization.CultureInfo.InvariantCulture)]), tokenizer.EndOfTextToken];
                Assert.Equal(whole[found.Token], ids[row][column]);
                Assert.Equal(found.Token == whole.Length - 1, found.IsClosing);
                var (tokens, closed) = reader.Tokens(number, found.Piece);
                Assert.Equal(whole[..tokens.Length], tokens);
                Assert.Equal(tokens.Length == whole.Length, closed);
            }
        }

        return attended;
    }

    [Fact]
    public void Prepare_SameCorpusTwice_GivesTheSameBytes()
    {
        Corpus([.. Enumerable.Range(0, 3000).Select(i => $"document {i} of many")]);
        List<byte[]> Bytes()
        {
            var files = new List<byte[]>();
            foreach (var shard in new CorpusPreparation(folder.Path).Prepare(Spec(Packing.Concatenate, 64), new GreedyTokenizer(), 257, shards: null))
            {
                using var stream = new MemoryStream();
                shard.WriteSequences(stream);
                shard.WriteDocuments(stream);
                files.Add(stream.ToArray());
            }

            return files;
        }

        Assert.Equal(Bytes(), Bytes());
    }

    [Fact]
    public void Documents_WrittenWithoutHoldingThem_HaveTheBytesOfTheIndex()
    {
        Corpus([.. Enumerable.Range(0, 3000).Select(i => $"document {i} of many")]);
        var pieces = 0;
        foreach (var shard in new CorpusPreparation(folder.Path).Prepare(Spec(Packing.Concatenate, 64), new GreedyTokenizer(), 257, shards: 2))
        {
            using MemoryStream streamed = new(), whole = new();
            shard.WriteDocuments(streamed);
            var index = StoredDocuments.Of(shard);
            index.Write(whole);
            Assert.Equal(whole.ToArray(), streamed.ToArray());
            pieces += index.Documents.Count;
        }

        Assert.InRange(pieces, 2990, 3001);
    }

    [Theory]
    [InlineData(10, 100, null, new long[] { 10 })]
    [InlineData(1000, 128, null, new long[] { 500, 500 })]
    [InlineData(10, 100, 4, new long[] { 3, 3, 2, 2 })]
    [InlineData(3, 100, 7, new long[] { 1, 1, 1 })]
    public void Sizes_AreEven(long sequences, int length, int? shards, long[] expected) => Assert.Equal(expected, CorpusSharding.ComputeSizes(sequences, length, shards));

    [Fact]
    public void Sizes_OfLargeCorpora_StayMappable()
    {
        Assert.Equal(64, CorpusSharding.ComputeSizes(488_282, 2048, null).Count);
        var large = CorpusSharding.ComputeSizes(20_000_000, 2048, null);
        Assert.True(large.Count > 64 && large.Max() * 2048 <= 1L << 28);
        Assert.Contains("set shards to", Assert.Throws<UserErrorException>(() => CorpusSharding.ComputeSizes(20_000_000, 2048, 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_TokenOutsideTheModelsVocabulary_NamesTheLine()
    {
        Corpus("abc", "ab");
        var outside = Assert.Throws<UserErrorException>(() => Prepare(new GreedyTokenizer("ab"u8.ToArray()), Packing.Concatenate, 2, 1, vocabulary: 257));
        Assert.Contains("corpus.jsonl, line 1: the tokenizer gives token 257, but the model's vocabulary has 257", outside.Message, StringComparison.Ordinal);
        var end = Assert.Throws<UserErrorException>(() => Prepare(new GreedyTokenizer(), Packing.Concatenate, 2, 1, vocabulary: 256));
        Assert.Contains("end-of-text token is 256", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_Failing_LeavesNoTemporaryFile()
    {
        Corpus("abc");
        var spool = folder.File("spool");
        var preparation = new CorpusPreparation(spool);
        Assert.Throws<IOException>(() =>
        {
            foreach (var shard in preparation.Prepare(Spec(Packing.Concatenate, 2), new GreedyTokenizer(), 257, 1))
            {
                throw new IOException($"full at shard {shard.Shard}");
            }
        });
        Assert.Throws<InvalidOperationException>(() => preparation.Result);
        Assert.Empty(Directory.GetFiles(spool));
    }

    [Fact]
    public async Task Prepare_Cancelled_Stops()
    {
        Corpus("abc");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var shards = new CorpusPreparation(folder.Path).Prepare(Spec(Packing.Concatenate, 2), new GreedyTokenizer(), 257, 1, cancellationToken: cancelled.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => shards.Count());
    }

    private void Corpus(params string[] texts) => folder.Write("corpus.jsonl", string.Concat(texts.Select((text, i) => JsonSerializer.Serialize(new { id = $"d{i}", text }) + "\n")));

    private CorpusSpec Spec(Packing packing, int block) => new() { Path = folder.File("corpus.jsonl"), Packing = packing, Block = block };

    private (PreparedCorpus Corpus, List<CorpusShard> Shards) Prepare(GreedyTokenizer tokenizer, Packing packing, int block, int? shards, int? vocabulary = null)
    {
        var stored = new List<CorpusShard>();
        var preparation = new CorpusPreparation(folder.File("spool"));
        foreach (var shard in preparation.Prepare(Spec(packing, block), tokenizer, vocabulary ?? tokenizer.VocabularySize, shards))
        {
            using var tokens = new MemoryStream();
            shard.WriteSequences(tokens);
            using var documents = new MemoryStream();
            shard.WriteDocuments(documents);
            var index = folder.Write("index", documents.ToArray());
            using var file = CorpusShardFile.Open(folder.Write("shard", tokens.ToArray()));
            Assert.Equal(stored.Count, shard.Shard);
            var (ids, labels, masks) = ArraySequences.Read(file);
            stored.Add(new CorpusShard(new ArraySequences(ids, labels, masks), DocumentIndex.Read(index)));
        }

        return (preparation.Result, stored);
    }
}
