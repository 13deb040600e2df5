using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Corpora.Preparation;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Corpora;

/// <summary>Corpora that hold token ids already: Megatron's indexed datasets, flat files, arrays.</summary>
public sealed class TokenCorpusTests : IDisposable
{
    private const int EndOfText = 256;
    private static readonly int[][][] Documents = [[[1, 2, EndOfText]], [[3], [4, 5, EndOfText]], [[]], [[6, EndOfText]]];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(8, true)]
    public void Megatron_AnyTypeOfTokens_GivesItsDocuments(byte code, bool modes)
    {
        int[][][] documents = code < 3 ? [[[1, 2, 127]], [[3], [4, 5]], [[]], [[6]]] : Documents;
        Megatron("X_text_document", documents, code, modes);
        foreach (var path in new[] { folder.Path, folder.File("X_text_document"), folder.File("X_text_document.idx"), folder.File("X_text_document.bin"), folder.File("*") })
        {
            var read = Read(path);
            Assert.Equal(documents.Select(document => document.SelectMany(sequence => sequence)), read.Select(document => document.Tokens!));
            Assert.Equal(Enumerable.Range(0, 4).Select(number => $"X_text_document:{number}"), read.Select(document => document.Id));
        }
    }

    [Theory]
    [InlineData(0, 'X', "does not begin with the magic")]
    [InlineData(9, 2, "its version is 2")]
    [InlineData(17, 6, "its type code is 6")]
    [InlineData(25, 0x7f, "which do not fit its")]
    [InlineData(33, 0x7f, "which do not fit its")]
    [InlineData(18, 2, "which do not fit its")]
    public void Megatron_DamagedHeader_IsExplained(int offset, int value, string expected)
    {
        Megatron("x", Documents);
        var index = File.ReadAllBytes(folder.File("x.idx"));
        index[offset] = (byte)value;
        folder.Write("x.idx", index);
        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => Read(folder.File("x"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Megatron_TruncatedTokens_NamesTheDocumentOrSkipsIt()
    {
        Megatron("x", Documents);
        folder.Write("x.bin", File.ReadAllBytes(folder.File("x.bin"))[..^1]);
        var error = Assert.Throws<UserErrorException>(() => Read(folder.File("x")));
        Assert.Contains("x.idx, document 3: its sequence 4 has 2 tokens at byte 14", error.Message, StringComparison.Ordinal);
        var bad = new BadRecords(RecordErrors.Skip);
        Assert.Equal(["x:0", "x:1", "x:2"], Read(folder.File("x"), bad: bad).Select(document => document.Id));
        Assert.Equal(1, bad.Count);
    }

    [Fact]
    public void Flat_DocumentsEndAtTheEndOfText()
    {
        var path = folder.Write("train.bin", TokenFileWriter.Tokens([1, 2, EndOfText, EndOfText, 3], 2));
        Assert.Equal(["train.bin:0", "train.bin:3", "train.bin:4"], Read(path).Select(document => document.Id));
        Assert.Equal([[1, 2, EndOfText], [EndOfText], [3]], Read(path).Select(document => document.Tokens!));
        Assert.Equal([[1, 2, EndOfText, EndOfText, 3]], Read(path, endOfText: null).Select(document => document.Tokens!));
    }

    [Fact]
    public void Flat_LargeVocabulary_HasFourBytesAToken() =>
        Assert.Equal([[1, 100_000]], Read(folder.Write("train.bin", TokenFileWriter.Tokens([1, 100_000], 4)), vocabulary: 128_256).Select(document => document.Tokens!));

    [Theory]
    [InlineData(20240520, 1, 2)]
    [InlineData(20240801, 7, 4)]
    public void Flat_HeaderOfLlmC_IsRead(int magic, int version, int size)
    {
        var bytes = TokenFileWriter.Headed(magic, version, [1, 2, EndOfText, 3], size);
        Assert.Equal([[1, 2, EndOfText], [3]], Read(folder.Write("a.data", bytes)).Select(document => document.Tokens!));
        Assert.Contains("announces 4 tokens in its header, but holds 3", Assert.Throws<UserErrorException>(() => Read(folder.Write("b.bin", bytes[..^size]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Flat_HalfAToken_IsRefusedOrSkipped()
    {
        var path = folder.Write("train.bin", [1, 0, 2]);
        Assert.Contains("no multiple of 2", Assert.Throws<UserErrorException>(() => Read(path)).Message, StringComparison.Ordinal);
        var bad = new BadRecords(RecordErrors.Skip);
        Assert.Equal([1], Assert.Single(Read(path, bad: bad)).Tokens!);
        Assert.Equal(1, bad.Count);
    }

    [Fact]
    public void Npy_IsAStreamOfTokens()
    {
        using (var file = File.Create(folder.File("tokens.npy")))
        {
            var writer = new NpyWriter(file, ElementType.Int32, [2, 3]);
            writer.Write<int>([1, EndOfText, 2, 3, 4, EndOfText]);
            writer.Complete();
        }

        Assert.Equal([[1, EndOfText], [2, 3, 4, EndOfText]], Read(folder.File("tokens.npy")).Select(document => document.Tokens!));
    }

    [Fact]
    public void Read_IdOutsideTheVocabulary_NamesTheTokenAlsoWhenSkipping()
    {
        var path = folder.Write("train.bin", TokenFileWriter.Tokens([1, 2, 300], 2));
        var error = Assert.Throws<UserErrorException>(() => Read(path, bad: new BadRecords(RecordErrors.Skip)));
        Assert.Contains("train.bin, token 2: found the id 300, expected 0 to 256", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_VeryLongDocument_ComesInPieces()
    {
        var path = folder.Write("train.bin", new byte[2 * 5_000_000]);
        Assert.Equal([("train.bin:0", 1 << 22), ($"train.bin:{1 << 22}", 5_000_000 - (1 << 22))], Read(path).Select(document => (document.Id, document.Tokens!.Length)));
        int[][][] documents = [[[1]], [Enumerable.Repeat(7, 5_000_000).ToArray()]];
        Megatron("x", documents);
        Assert.Equal(["x:0", "x:1", $"x:1+{1 << 22}"], Read(folder.File("x")).Select(document => document.Id));
    }

    /// <summary>Concatenation keeps every token where it was, so that a mask in token order fits the .bin; every token maps back to its document.</summary>
    [Fact]
    public void Prepare_Tokens_KeepsTheirOrderAndTheirDocuments() =>
        Gen.Select(Gen.Int[0, EndOfText].Array[0, 9].Array[1, 4].Array[1, 6], Gen.Int[2, 7], Gen.Int[1, 3]).Sample(
            (documents, block, shardCount) =>
            {
                int[] all = [.. documents.SelectMany(document => document.SelectMany(sequence => sequence))];
                if (all.Length < block)
                {
                    return;
                }

                Megatron("x", documents);
                var shards = Prepare(folder.File("x"), block, shardCount);
                int[] packed = [.. shards.SelectMany(shard => ArraySequences.Read(shard.Sequences).Ids.SelectMany(row => row))];
                Assert.Equal(all[..(all.Length / block * block)], packed);
                foreach (var (shard, row, column) in from shard in shards from row in Enumerable.Range(0, (int)shard.Sequences.Sequences) from column in Enumerable.Range(0, block) select (shard, row, column))
                {
                    var place = shard.Documents.FindDocument(row, column)!.Value;
                    var number = int.Parse(place.Document.Id.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
                    int[] whole = [.. documents[number].SelectMany(sequence => sequence)];
                    var ids = new int[block];
                    shard.Sequences.InputIds(row, ids);
                    Assert.Equal(whole[place.Token], ids[column]);
                    Assert.Equal(place.Token == whole.Length - 1 && whole[^1] == EndOfText, place.IsClosing);
                }
            },
            iter: 150,
            threads: 1);

    [Fact]
    public void Prepare_DocumentsOfOneFileOrOfMany_GiveTheSameShards()
    {
        folder.Write("one/a.jsonl", string.Concat(Enumerable.Range(0, 60).Select(Line)));
        for (var file = 0; file < 6; file++)
        {
            folder.Write($"many/{file}.jsonl", string.Concat(Enumerable.Range(10 * file, 10).Select(Line)));
        }

        static string Line(int number) => $"{{\"id\":\"d{number}\",\"source\":\"s\",\"text\":\"document {number}\"}}\n";
        byte[][] Bytes(string path) => [.. Prepare(folder.File(path), 16, 5).Select(shard =>
        {
            using var stream = new MemoryStream();
            shard.Documents.Write(stream);
            return stream.ToArray().Concat(ArraySequences.Read(shard.Sequences).Ids.SelectMany(row => row).SelectMany(BitConverter.GetBytes)).ToArray();
        })];
        Assert.Equal(Bytes("one"), Bytes("many"));
    }

    private void Megatron(string name, int[][][] documents, byte code = 8, bool modes = false)
    {
        var (index, tokens) = TokenFileWriter.Megatron(documents, code, modes);
        folder.Write(name + ".idx", index);
        folder.Write(name + ".bin", tokens);
    }

    private static CorpusDocument[] Read(string path, int vocabulary = 257, int? endOfText = EndOfText, BadRecords? bad = null) =>
        [.. CorpusDocuments.Read(new CorpusSpec { Path = path }, new TokenVocabulary(vocabulary, endOfText), bad ?? new BadRecords(RecordErrors.Refuse))];

    private List<CorpusShard> Prepare(string path, int block, int shardCount)
    {
        var shards = new List<CorpusShard>();
        var corpus = new CorpusSpec { Path = path, Block = block };
        foreach (var shard in new CorpusPreparation(folder.Path).Prepare(corpus, new GreedyTokenizer(), 257, shardCount))
        {
            using var stream = new MemoryStream();
            shard.WriteSequences(stream);
            var file = folder.Write($"shard-{shard.Shard}", stream.ToArray());
            using var sequences = CorpusShardFile.Open(file);
            shards.Add(new CorpusShard(new ArraySequences(ArraySequences.Read(sequences).Ids), StoredDocuments.Of(shard)));
        }

        return shards;
    }
}
