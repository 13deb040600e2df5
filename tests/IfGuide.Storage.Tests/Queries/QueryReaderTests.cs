using System.Text;
using System.Text.Json;
using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Queries;
using IfGuide.Storage.Tests.Corpora;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Queries;

public sealed class QueryReaderTests : IDisposable
{
    private const int End = 256;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_BothForms_PadLeftAndLabelTheContinuation()
    {
        var path = folder.Write("q.jsonl", """
            {"filename":"f","begin":0,"challenging":null,"prompt":{"text":"ab","toxicity":null},"continuation":{"text":"cd","toxicity":0.9}}
            {"prompt":"a","completion":"b","label":1}
            """);
        using var queries = Read(path, new GreedyTokenizer(), 10);
        var (ids, labels, masks) = ArraySequences.Read(queries.Sequences);
        Assert.Equal([['a', 'b', 'c', 'd'], [End, End, 'a', 'b']], ids);
        Assert.Equal([[-100, -100, 'c', 'd'], [-100, -100, -100, 'b']], labels);
        Assert.Equal([[1, 1, 1, 1], [0, 0, 1, 1]], masks);
        Assert.Equal(new QueryCounts(Read: 2, Kept: 2, Empty: 0, CutAway: 0, LossTokens: 3), queries.Counts);
        Assert.Equal(["cd", "b"], queries.Queries.Select(query => query.Completion));
        Assert.Empty(queries.Counts.CreateWarnings("toxic"));
    }

    [Fact]
    public void Read_PlainTexts_LabelAllButTheFirstToken()
    {
        using var queries = Read(folder.Write("q.jsonl", "{\"text\":\"abc\"}\n{\"text\":\"d\"}\n{\"prompt\":\"e\",\"continuation\":\"f\",\"text\":\"ignored\"}"), new GreedyTokenizer(), 10);
        var (ids, labels, _) = ArraySequences.Read(queries.Sequences);
        Assert.Equal([['a', 'b', 'c'], [End, 'e', 'f']], ids);
        Assert.Equal([[-100, 'b', 'c'], [-100, -100, 'f']], labels);
        Assert.Equal(new QueryCounts(Read: 3, Kept: 2, Empty: 1, CutAway: 0, LossTokens: 3), queries.Counts);
        Assert.Equal([1L, 3L], queries.Queries.Select(query => query.Line));
    }

    [Fact]
    public void Read_TokenAcrossTheBoundary_BelongsToTheContinuation()
    {
        var tokenizer = new GreedyTokenizer("b c"u8.ToArray());
        using var queries = Read(Records(("ab", " cd")), tokenizer, 10);
        var (ids, labels, _) = ArraySequences.Read(queries.Sequences);
        Assert.Equal([['a', 257, 'd']], ids);
        Assert.Equal([[-100, 257, 'd']], labels);
    }

    [Fact]
    public void Read_NormalisingTokenizer_FindsTheBoundaryInTheNormalisedText()
    {
        var tokenizer = new GreedyTokenizer { Normalises = true };
        using var queries = Read(Records(("e\u0301e\u0301x", "yz"), ("xe", "\u0301z")), tokenizer, 10);
        Assert.Equal([5, 1], queries.Queries.Select(query => query.FirstLabel));
        Assert.Equal([7, 4], queries.Queries.Select(query => query.Tokens.Length)); // é is two bytes; in the second record it spans the boundary
    }

    [Fact]
    public void Read_LongQueries_AreCutOnTheRightAndCounted()
    {
        using var queries = Read(Records(("abc", "defg"), ("abcde", "f"), ("abc", ""), ("", "x"), ("", "xy")), new GreedyTokenizer(), 5);
        var (ids, labels, _) = ArraySequences.Read(queries.Sequences);
        Assert.Equal([['a', 'b', 'c', 'd', 'e'], [End, End, End, 'x', 'y']], ids);
        Assert.Equal([[-100, -100, -100, 'd', 'e'], [-100, -100, -100, -100, 'y']], labels);
        Assert.Equal(new QueryCounts(Read: 5, Kept: 2, Empty: 2, CutAway: 1, LossTokens: 3) { Shortened = 1, CutAwayPlaces = "q.jsonl, line 2" }, queries.Counts);
        Assert.Equal(
            ["queries.toxic: 2 of 5 records have nothing to measure (an empty continuation) and were left out.", "queries.toxic: 1 of 5 records lost their whole continuation to queries.max_length and were left out (q.jsonl, line 2)."],
            queries.Counts.CreateWarnings("toxic"));
    }

    /// <summary>The labels are exactly the tokens with a byte of the continuation, but never a query's first token.</summary>
    [Fact]
    public void Read_AnyTexts_LabelExactlyTheContinuation() =>
        Gen.Select(Generators.Text, Generators.Text).Array[1, 5].Sample(
            records =>
            {
                var tokenizer = GreedyTokenizer.Straddling;
                QuerySet queries;
                try
                {
                    queries = Read(Records(records), tokenizer, 1000);
                }
                catch (UserErrorException)
                {
                    Assert.All(records, record => Assert.True(record.Item2.Length == 0 || tokenizer.Encode(record.Item1 + record.Item2).Length == 1));
                    return;
                }

                foreach (var query in queries.Queries)
                {
                    var front = Bytes(query.Tokens.Span[..query.FirstLabel], tokenizer);
                    var whole = Encoding.UTF8.GetBytes(query.Prompt + query.Completion);
                    var prompt = Encoding.UTF8.GetByteCount(query.Prompt);
                    Assert.Equal(whole, Bytes(query.Tokens.Span, tokenizer));
                    Assert.True(query.FirstLabel == 1 || front.Length <= prompt, "a token of the continuation has no label");
                    Assert.True(front.Length + tokenizer.TokenBytes(query.Tokens.Span[query.FirstLabel]).Length > prompt, "a token of the prompt has a label");
                }

                queries.Dispose();
            },
            iter: 300,
            threads: 1);

    [Theory]
    [InlineData("{\"prompt\":\"a\",\"completion\":\"b\"}\n{\"completion\":\"b\"}", "q.jsonl, line 2: found neither 'prompt' nor 'text' among the keys completion")]
    [InlineData("{\"prompt\":\"a\"}", "q.jsonl, line 1: found neither 'continuation' nor 'completion'")]
    [InlineData("{\"prompt\":{\"text\":null},\"continuation\":{\"text\":\"b\"}}", "q.jsonl, line 1: 'prompt.text' is a JSON null, expected a string")]
    [InlineData("{\"prompt\":{\"body\":\"a\"},\"continuation\":{\"text\":\"b\"}}", "q.jsonl, line 1: 'prompt' is an object without 'text'")]
    [InlineData("{\"prompt\":[1],\"completion\":\"b\"}", "q.jsonl, line 1: 'prompt' is a JSON array, expected a string")]
    [InlineData("{\"prompt\":\"a\",\"completion\":\"\"}\n{\"prompt\":\"abcdefghijk\",\"completion\":\"l\"}", "of 2 records 1 have nothing to measure (an empty continuation) and 1 lost their continuation")]
    [InlineData("", "of 0 records")]
    [InlineData("{\"prompt\":\"a\",\"completion\":\"ÿ\"", "q.jsonl, line 1: not JSON")]
    public void Read_WrongQueries_AreExplained(string content, string expected)
    {
        var error = Assert.Throws<UserErrorException>(() => Read(folder.Write("q.jsonl", content), new GreedyTokenizer(), 10));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TokenArrays_LeaveOutSequencesWithoutLoss()
    {
        var arrays = new PretokenisedSpec { InputIds = Save("ids.npy", [3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]), Labels = Save("labels.npy", [3, 3], [-100, -100, 3, 4, -100, -100, -100, 8, 9]) };
        using var queries = QueryReader.Read(new QuerySetSpec { Pretokenised = arrays }, "toxic", tokenizer: null, maxLength: 2, vocabularySize: 10);
        Assert.Equal([[1, 2, 3], [7, 8, 9]], ArraySequences.Read(queries.Sequences).Ids);
        Assert.Equal(new QueryCounts(Read: 3, Kept: 2, Empty: 1, CutAway: 0, LossTokens: 3), queries.Counts);
        using var stream = new MemoryStream();
        queries.Write(stream);
        using var file = CorpusShardFile.Open(folder.Write("queries.safetensors", stream.ToArray()));
        Assert.Equal([[-100, -100, 3], [-100, 8, 9]], ArraySequences.Read(file).Labels);
    }

    [Fact]
    public void Read_TokenArraysWithoutAnyLoss_AreExplained()
    {
        var arrays = new PretokenisedSpec { InputIds = Save("ids.npy", [1, 2], [1, 2]), Labels = Save("labels.npy", [1, 2], [1, -100]) };
        var error = Assert.Throws<UserErrorException>(() => QueryReader.Read(new QuerySetSpec { Pretokenised = arrays }, "toxic", null, 2, 10));
        Assert.Contains("queries.toxic: no usable query", error.Message, StringComparison.Ordinal);
        Assert.Contains("labels.npy", error.Message, StringComparison.Ordinal);
    }

    private static QuerySet Read(string path, GreedyTokenizer tokenizer, int maxLength) =>
        QueryReader.Read(new QuerySetSpec { Path = path }, "toxic", tokenizer, maxLength, tokenizer.VocabularySize);

    private string Records(params (string Prompt, string Completion)[] records) =>
        folder.Write("q.jsonl", string.Concat(records.Select(record => JsonSerializer.Serialize(new { prompt = record.Prompt, completion = record.Completion }) + "\n")));

    private static byte[] Bytes(ReadOnlySpan<int> tokens, GreedyTokenizer tokenizer)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            bytes.AddRange(tokenizer.TokenBytes(token));
        }

        return [.. bytes];
    }

    private string Save(string name, long[] shape, int[] elements)
    {
        using var stream = new MemoryStream();
        var writer = new NpyWriter(stream, ElementType.Int32, shape);
        writer.Write<int>(elements);
        writer.Complete();
        return folder.Write(name, stream.ToArray());
    }
}
