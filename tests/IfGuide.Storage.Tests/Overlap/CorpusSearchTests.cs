using System.Text.Json;
using CsCheck;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Preparation;
using IfGuide.Storage.Overlap;
using IfGuide.Storage.Tests.Corpora;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Overlap;

public sealed class CorpusSearchTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("one two three four five", "zero One, two\nTHREE - four; \"five\" six", true)]
    [InlineData("one two three four five", "one two three four", false)]
    [InlineData("one two three four five", "one two three and four five", false)]
    [InlineData("one two three four five", "one two three four fives", false)]
    [InlineData("one two three four", "one two three four", false)] // too short to be looked for
    [InlineData("un caf\u00e9 bien noir vite", "un cafe\u0301 bien noir vite", true)]
    [InlineData("\u4f60\u597d\u4e16\u754c\u4eba", "x\u4f60\u597d\u4e16\u754c\u4eba\u4eec", true)]
    [InlineData("\U0001D400\U0001D401 b c d e", "\U0001D400\U0001D401 b c d e", true)]
    [InlineData("\U0001D400\U0001D401 b c d e", "\U0001D400 \U0001D401 b c d e", false)]
    public void Find_NeedsAllWordsInOrder(string text, string document, bool found) =>
        Assert.Equal(found ? [0] : [], new CorpusSearch([Set("s", text)]).Find(document));

    /// <summary>Few different words, so that beginnings, overlaps and repetitions are common: as many texts are found as a comparison word by word finds.</summary>
    [Fact]
    public void Find_AnyWords_EqualsTheComparisonOfAllPlaces() =>
        Gen.Select(Gen.Int[0, 2].Array[5, 9].Array[1, 12], Gen.Int[0, 2].Array[0, 60]).Sample(
            (texts, document) =>
            {
                var expected = Enumerable.Range(0, texts.Length).Where(number => Contains(document, texts[number]));
                Assert.Equal(expected, new CorpusSearch([Set("s", [.. texts.Select(Text)])]).Find(Text(document)));
            },
            iter: 500,
            threads: 1);

    /// <summary>Found on the way of the preparation, and by a later scan: the same.</summary>
    [Theory]
    [InlineData(Packing.Concatenate)]
    [InlineData(Packing.Document)]
    public void Findings_OnTheWay_AreThoseOfAScan(Packing packing)
    {
        folder.Write("corpus.jsonl", string.Concat(Enumerable.Range(0, 5000).Select(i => JsonSerializer.Serialize(new { id = $"d{i}", text = $"document {i} says that number {i % 700} is even or odd." }) + "\n")));
        var search = new CorpusSearch([Set("first", "Number 3 is even, or odd", "number 701 is even or odd", "is odd"), Set("second", [.. Enumerable.Range(4990, 20).Select(i => $"document {i} says that number")])]);
        var spec = new CorpusSpec { Path = folder.File("corpus.jsonl"), Packing = packing, Block = 16 };
        var onTheWay = new CorpusFindings(search);
        var preparation = new CorpusPreparation(folder.File("spool")) { Findings = onTheWay };
        Assert.Equal(4, preparation.Prepare(spec, new GreedyTokenizer(), 257, 4).Count());
        var later = new CorpusFindings(search);
        later.Scan(spec, tokenizer: null, 257, TestContext.Current.CancellationToken);
        Assert.Equal(JsonSerializer.Serialize(onTheWay.Complete()), JsonSerializer.Serialize(later.Complete()));
        var (first, second) = (later.Complete()[0], later.Complete()[1]);
        Assert.Equal((2L, 1L, 1L, 8L), (first.Sought, first.TooShort, first.Found, first.Documents));
        Assert.Equal(["first.jsonl, line 1", "corpus.jsonl, line 4"], first.Places[0]);
        Assert.Equal((20L, 10L, 10L), (second.Sought, second.Found, second.Documents));
        Assert.Equal(CorpusOverlap.Named, second.Places.Count);
        Assert.True(later.HasText);
    }

    [Fact]
    public void Scan_TokenIds_ReadsTheirText_OrSaysThatThereIsNone()
    {
        folder.Write("ids.bin", [.. System.Text.Encoding.ASCII.GetBytes("we say a b c d e here").SelectMany(b => new byte[] { b, 0 })]);
        var spec = new CorpusSpec { Path = folder.File("ids.bin"), Format = CorpusFormat.NanoGpt, Block = 4 };
        var search = new CorpusSearch([Set("s", "a b c d e")]);
        var read = new CorpusFindings(search);
        read.Scan(spec, new GreedyTokenizer(), 257, TestContext.Current.CancellationToken);
        Assert.Equal((true, 1L), (read.HasText, read.Complete()[0].Found));
        var blind = new CorpusFindings(search);
        blind.Scan(spec, tokenizer: null, 257, TestContext.Current.CancellationToken);
        Assert.False(blind.HasText);
    }

    private static bool Contains(int[] document, int[] text) => Enumerable.Range(0, document.Length + 1).Any(start => document.AsSpan(start).StartsWith(text));

    private static string Text(int[] words) => string.Join(' ', words.Select(word => "abc"[word]));

    private static TextSet Set(string name, params string[] texts) => new(name, [.. texts.Select((text, i) => new ComparedText($"{name}.jsonl", i + 1, string.Empty, text))]);
}
