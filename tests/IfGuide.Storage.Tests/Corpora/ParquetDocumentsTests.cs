using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Tests.Support;
using Parquet;

namespace IfGuide.Storage.Tests.Corpora;

public sealed class ParquetDocumentsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Zstd)]
    [InlineData(CompressionMethod.Brotli)]
    [InlineData(CompressionMethod.LZ4)]
    public void Read_AnyCompression_GivesTheTextsOfAllRowGroups(CompressionMethod compression)
    {
        string[] texts = [.. Enumerable.Range(0, 250).Select(i => $"Größe 😀 number {i} {string.Concat(Enumerable.Repeat("again ", i))}"), string.Empty];
        var documents = Read(ParquetBytes.Of(texts, rowGroup: 100, compression));
        Assert.Equal(texts, documents.Select(document => document.Text));
        Assert.Equal(("d250", "a.parquet", 251L), (documents[^1].Id, documents[^1].Source, documents[^1].Line));
    }

    [Fact]
    public void Read_EmptyIds_NameNothing() =>
        Assert.Equal(["a.parquet:1", "d1"], Read(ParquetBytes.Of(["s", "t"], ids: row => row == 0 ? string.Empty : "d1")).Select(document => document.Id));

    [Fact]
    public void Read_AnyTexts_ComeBack() =>
        Gen.Select(Generators.Text.Array[1, 30], Gen.Int[1, 10], Gen.Bool).Sample(
            (texts, rowGroup, required) => Assert.Equal(texts, Read(ParquetBytes.Of(texts, rowGroup, required: required)).Select(document => document.Text)),
            iter: 60,
            threads: 1);

    [Fact]
    public void Read_OtherTextColumn_IsNamed() =>
        Assert.Equal(["t"], Read(ParquetBytes.Of(["t"], column: "body"), column: "body").Select(document => document.Text));

    [Theory]
    [InlineData("body", "found no column 'body' among id, text, score")]
    [InlineData("score", "the column 'score' holds Double, expected strings")]
    public void Read_WrongColumn_IsExplained(string column, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => Read(ParquetBytes.Of(["t"]), column)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_RowsWithoutText_AreRefusedOrSkipped()
    {
        var bytes = ParquetBytes.Of(["a", null, "c"]);
        Assert.Contains("a.parquet, row 2: 'text' is null", Assert.Throws<UserErrorException>(() => Read(bytes)).Message, StringComparison.Ordinal);
        var bad = new BadRecords(RecordErrors.Skip);
        Assert.Equal(["d0", "d2"], Read(bytes, bad: bad).Select(document => document.Id));
        Assert.Equal(1, bad.Count);
    }

    [Fact]
    public void Read_TextThatIsNotUtf8_IsRefusedOrSkipped()
    {
        var bytes = ParquetBytes.Of(["first", "ZZZZ"], compression: CompressionMethod.None);
        for (int at; (at = bytes.AsSpan().IndexOf("ZZZZ"u8)) >= 0;)
        {
            bytes[at] = 0xE9;
        }

        Assert.Contains("row 2: 'text' is not UTF-8", Assert.Throws<UserErrorException>(() => Read(bytes)).Message, StringComparison.Ordinal);
        var bad = new BadRecords(RecordErrors.Skip);
        Assert.Equal(["first"], Read(bytes, bad: bad).Select(document => document.Text));
    }

    [Fact]
    public void Read_Truncated_IsRefusedOrSkipped()
    {
        var bytes = ParquetBytes.Of(["a", "b"])[..^1];
        Assert.Contains("PAR1", Assert.Throws<UserErrorException>(() => Read(bytes)).Message, StringComparison.Ordinal);
        folder.Write("b.jsonl", "{\"text\":\"last\"}");
        var bad = new BadRecords(RecordErrors.Skip);
        folder.Write("a.parquet", bytes);
        Assert.Equal(["last"], CorpusDocuments.Read(new CorpusSpec { Path = folder.Path }, null, bad).Select(document => document.Text));
        Assert.Contains("its footer cannot be read", Assert.Single(bad.First), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DamagedRowGroup_CostsThatGroupAlone()
    {
        var bytes = ParquetBytes.Of([.. Enumerable.Range(0, 30).Select(i => $"the text of row number {i}")], rowGroup: 10, CompressionMethod.Gzip);
        var second = Enumerable.Range(0, bytes.Length - 2).Where(i => bytes[i] == 0x1f && bytes[i + 1] == 0x8b).ElementAt(4); // three columns a group
        bytes[second] = 0;
        var bad = new BadRecords(RecordErrors.Skip);
        var documents = Read(bytes, bad: bad);
        Assert.Equal([.. Enumerable.Range(1, 10), .. Enumerable.Range(21, 10)], documents.Select(document => (int)document.Line));
        Assert.Contains("row group 1 (from row 11)", Assert.Single(bad.First), StringComparison.Ordinal);
    }

    private CorpusDocument[] Read(byte[] bytes, string column = "text", BadRecords? bad = null) =>
        [.. CorpusDocuments.Read(new CorpusSpec { Path = folder.Write("a.parquet", bytes), Text = column }, null, bad ?? new BadRecords(RecordErrors.Refuse))];
}
