using System.IO.Compression;
using System.Text;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Corpora.Preparation;
using IfGuide.Storage.Tests.Support;
using ZstdSharp;

namespace IfGuide.Storage.Tests.Corpora;

/// <summary>What cannot be read is refused, or left out, counted, and named with file and place.</summary>
public sealed class BadRecordsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Skip_BadLines_AreCountedAndNamed()
    {
        var path = folder.Write("a.jsonl", [.. "{\"text\":\"one\"}\n{\"text\":\n{\"text\":5}\n[]\n{\"txt\":\"a\"}\n{\"text\":\""u8, 0xE9, .. "\"}\n{\"text\":\"\\ud800\"}\n{\"text\":\"two\"}"u8]);
        var (texts, bad) = Read(path);
        Assert.Equal(["one", "two"], texts);
        Assert.Equal(6, bad.Count);
        string[] expected = ["line 2: not JSON", "line 3: 'text' is a JSON number", "line 4: found a JSON array", "line 5: found no string 'text'", "line 6: byte 10 of the line begins no UTF-8", "line 7: a string holds an escaped half"];
        Assert.All(expected.Zip(bad.First), pair => Assert.Contains($"a.jsonl, {pair.First}", pair.Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.jsonl.gz")]
    [InlineData("a.jsonl.zst")]
    public void Skip_TruncatedFile_KeepsWhatIsBeforeTheDamageAndReadsTheNextFile(string name)
    {
        var random = new Random(1);
        var lines = string.Concat(Enumerable.Range(0, 20_000).Select(_ => $"{{\"text\":\"{random.NextInt64():x}\"}}\n"));
        var whole = Compressed(name, lines);
        folder.Write(name, whole[..(whole.Length / 2)]);
        folder.Write("b.jsonl", "{\"text\":\"last\"}");
        var (texts, bad) = Read(folder.Path);
        Assert.InRange(texts.Length, 1_000, 19_000);
        Assert.Equal("last", texts[^1]);
        Assert.Equal(1, bad.Count);
        Assert.Contains($"{name}' cannot be decompressed after line {texts.Length - 1}", bad.First[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Skip_TextThatIsNotUtf8_IsNamed()
    {
        folder.Write("a.txt", [(byte)'a', (byte)'\n', 0xE9, (byte)'b']);
        folder.Write("b.txt", "b");
        var (texts, bad) = Read(folder.Path);
        Assert.Equal(["b"], texts);
        Assert.Contains("a.txt, line 2: the text is not UTF-8", Assert.Single(bad.First), StringComparison.Ordinal);
    }

    [Fact]
    public void Skip_ManyBadRecords_NamesTheFirstAndCountsAll()
    {
        var (texts, bad) = Read(folder.Write("a.jsonl", string.Concat(Enumerable.Repeat("no\n", 1000)) + "{\"text\":\"t\"}"));
        Assert.Single(texts);
        Assert.Equal((1000, BadRecords.Named), (bad.Count, bad.First.Count));
    }

    [Fact]
    public void Skip_NothingLeft_IsTheUsersMistake()
    {
        var error = Assert.Throws<UserErrorException>(() => Read(folder.Write("a.jsonl", "no\n")));
        Assert.Contains("holds no documents (1 record could not be read, the first: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skip_FileThatCannotBeOpened_IsRefusedAllTheSame() =>
        Assert.Contains("there is no file", Assert.Throws<UserErrorException>(() => Read(folder.File("absent.jsonl"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Prepare_SkippedRecords_AreWarnedOf()
    {
        var spec = new CorpusSpec { Path = folder.Write("a.jsonl", "{\"text\":\"abcdef\"}\nno\n{\"text\":\"abcdef\"}\n"), Block = 4, OnError = RecordErrors.Skip };
        var preparation = new CorpusPreparation(folder.Path);
        Assert.Single(preparation.Prepare(spec, new GreedyTokenizer(), 257, 1));
        var prepared = preparation.Result;
        Assert.Equal((1L, 2L), (prepared.BadRecords, prepared.Documents));
        var warning = Assert.Single(prepared.CreateWarnings());
        Assert.StartsWith("corpus: 1 record could not be read and was left out (corpus.on_error: skip);", warning, StringComparison.Ordinal);
        Assert.Contains("a.jsonl, line 2: not JSON", warning, StringComparison.Ordinal);
    }

    private static (string[] Texts, BadRecords Bad) Read(string path)
    {
        var bad = new BadRecords(RecordErrors.Skip);
        return ([.. CorpusDocuments.Read(new CorpusSpec { Path = path }, null, bad).Select(document => document.Text)], bad);
    }

    private static byte[] Compressed(string name, string text)
    {
        using var target = new MemoryStream();
        using (Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true) : new CompressionStream(target, leaveOpen: true))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return target.ToArray();
    }
}
