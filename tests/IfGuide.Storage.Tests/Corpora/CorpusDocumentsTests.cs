using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Corpora;

public sealed class CorpusDocumentsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_Records_TakeIdSourceAndPlace()
    {
        var path = folder.Write("a.jsonl", """
            {"id":"x","body":"one","source":"web"}
            {"id":17,"body":"two","source":{"name":"no"}}

            {"id":null,"body":"three"}
            {"id":"","body":"four","source":""}
            """);
        Assert.Equal(
            [new("x", "one", "web", "a.jsonl", 1), new("17", "two", "a.jsonl", "a.jsonl", 2), new("a.jsonl:4", "three", "a.jsonl", "a.jsonl", 4), new("a.jsonl:5", "four", "a.jsonl", "a.jsonl", 5)],
            CorpusDocuments.Read(new CorpusSpec { Path = path, Text = "body" }));
    }

    [Fact]
    public void Read_Folder_TakesKnownFilesBelowItInOrdinalOrder()
    {
        folder.Write("b.jsonl", "{\"text\":\"b\"}\n");
        folder.Write("a/z.txt", "\uFEFFz\nz");
        folder.Write("B.ndjson", "{\"text\":\"B\"}\n");
        folder.Write("readme.md", "not a corpus");
        Assert.Equal(["B.ndjson", "a/z.txt", "b.jsonl"], Files(folder.Path));
        Assert.Equal(["B", "z\nz", "b"], CorpusDocuments.Read(new CorpusSpec { Path = folder.Path }).Select(document => document.Text));
        Assert.Equal(["a/z.txt"], CorpusFiles.Find(new CorpusSpec { Path = folder.Path, Format = CorpusFormat.Text }).Select(file => file.Name));
    }

    [Fact]
    public void Folder_NamesWhatItLeavesOut()
    {
        folder.Write("a.jsonl", "{\"text\":\"a\"}\n");
        folder.Write("more/shard.json", "{\"text\":\"b\"}\n");
        folder.Write("README.md", "not a corpus");
        folder.Write(".hidden", "not looked at");
        Assert.Equal(["README.md", "more/shard.json"], CorpusFiles.FindLeftOut(new CorpusSpec { Path = folder.Path }));
        Assert.Empty(CorpusFiles.FindLeftOut(new CorpusSpec { Path = folder.Path, Format = CorpusFormat.Jsonl }));
        Assert.Empty(CorpusFiles.FindLeftOut(new CorpusSpec { Path = folder.File("a.jsonl") }));
        Assert.Empty(CorpusFiles.FindLeftOut(new CorpusSpec { Path = folder.File("*.jsonl") }));
    }

    [Fact]
    public void FirstDocuments_AreThoseOfEachFile()
    {
        folder.Write("a.jsonl", "{\"text\":\"a\"}\nnot json\n");
        folder.Write("b.jsonl", "{\"text\":\"b\"}\n{\"text\":\"c\"}\n");
        var corpus = new CorpusSpec { Path = folder.Path };
        Assert.Equal(["a", "b"], CorpusDocuments.ReadFirst(corpus, vocabulary: null, new BadRecords(RecordErrors.Refuse)).Select(document => document.Text));
        folder.Write("b.jsonl", "not json either\n");
        Assert.Contains("b.jsonl, line 1", Assert.Throws<UserErrorException>(() => CorpusDocuments.ReadFirst(corpus, vocabulary: null, new BadRecords(RecordErrors.Refuse)).Count()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*.jsonl", "b.jsonl")]
    [InlineData("c/*.jsonl", "a1.jsonl a2.jsonl")]
    [InlineData("c/a?.jsonl", "a1.jsonl a2.jsonl")]
    [InlineData("**/*1.jsonl", "c/a1.jsonl c/d/e1.jsonl")]
    [InlineData("c/**", "a1.jsonl a2.jsonl d/e1.jsonl")]
    [InlineData("*/d/*", "c/d/e1.jsonl")]
    public void Read_Glob_MatchesSegments(string glob, string expected)
    {
        foreach (var name in new[] { "b.jsonl", "c/a1.jsonl", "c/a2.jsonl", "c/d/e1.jsonl" })
        {
            folder.Write(name, "{\"text\":\"t\"}\n");
        }

        Assert.Equal(expected.Split(' '), Files(folder.File(glob)));
    }

    [Theory]
    [InlineData("absent.jsonl", "there is no file or folder")]
    [InlineData("*.none", "no file matches")]
    [InlineData("empty", "no file matches")]
    [InlineData("blank.jsonl", "holds no documents")]
    [InlineData("table.parquet", "its footer cannot be read: it does not end with the mark of one, PAR1")]
    [InlineData("mixed", "are text and tokens")]
    [InlineData("half.idx", "must lie side by side")]
    [InlineData("notes.md", "does not follow from its extension or its first bytes")]
    [InlineData("latin.txt", "line 2: the text is not UTF-8")]
    [InlineData("lines.jsonl", "line 2: found no string 'text'")]
    [InlineData("lines.jsonl", "'corpus.on_error: skip' leaves such records out")]
    public void Read_WrongCorpus_IsExplained(string name, string expected)
    {
        Directory.CreateDirectory(folder.File("empty"));
        folder.Write("blank.jsonl", "\n\n");
        folder.Write("table.parquet", "PAR1");
        folder.Write("mixed/a.jsonl", "{}");
        folder.Write("mixed/b.bin", "xx");
        folder.Write("half.idx", "x");
        folder.Write("notes.md", "x");
        folder.Write("latin.txt", [(byte)'a', (byte)'\n', 0xE9, (byte)'b']);
        folder.Write("lines.jsonl", "{\"text\":\"a\"}\n{\"txt\":\"b\"}\n");
        var error = Assert.Throws<UserErrorException>(() => CorpusDocuments.Read(new CorpusSpec { Path = folder.File(name) }).ToList());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.data", "{\"text\":\"t\"}", CorpusFormat.Jsonl)]
    [InlineData("b.data", "PAR1", CorpusFormat.Parquet)]
    [InlineData("c.npy", "no magic of NumPy, as OLMo writes", CorpusFormat.NanoGpt)]
    [InlineData("d.jsonl", "", CorpusFormat.Jsonl)]
    public void Find_FormatFollowsFromExtensionOrContent(string name, string content, CorpusFormat expected) =>
        Assert.Equal(expected, Assert.Single(CorpusFiles.Find(new CorpusSpec { Path = folder.Write(name, content) })).Format);

    [Fact]
    public void Read_CompressedFileWithoutItsExtension_IsKnownByItsFirstBytes()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(compressed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("{\"text\":\"t\"}"u8);
        }

        Assert.Equal("t", Assert.Single(CorpusDocuments.Read(new CorpusSpec { Path = folder.Write("corpus", compressed.ToArray()) })).Text);
    }

    [Fact]
    public void Read_LongTextFile_IsSeveralDocumentsCutAtLines()
    {
        var line = new string('x', 999) + "\n";
        var path = folder.Write("long.txt", string.Concat(Enumerable.Repeat(line, 35_000)) + "end");
        var documents = CorpusDocuments.Read(new CorpusSpec { Path = path }).ToArray();
        Assert.Equal(3, documents.Length);
        Assert.Equal("long.txt", documents[0].Id);
        Assert.All(documents[1..], document => Assert.Equal($"long.txt:{document.Line}", document.Id));
        Assert.Equal(File.ReadAllText(path), string.Concat(documents.Select(document => document.Text)));
        Assert.Equal(documents[0].Text.Count(character => character == '\n') + 1, documents[1].Line);
    }

    [Fact]
    public void Read_GivenFormat_OverridesTheExtension()
    {
        var path = folder.Write("corpus.data", "{\"text\":\"t\"}\n");
        Assert.Equal("t", Assert.Single(CorpusDocuments.Read(new CorpusSpec { Path = path, Format = CorpusFormat.Jsonl })).Text);
    }

    private static string[] Files(string path) => [.. CorpusFiles.Find(new CorpusSpec { Path = path }).Select(file => file.Name)];
}
