using System.IO.Compression;
using System.Text;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Tests.Corpora;
using IfGuide.Tests.Shared;
using Parquet;
using ZstdSharp;

namespace IfGuide.Storage.Tests.Fuzzing;

/// <summary>Damaged corpora, refusing and skipping.</summary>
public sealed class CorpusFuzzTests
{
    private static readonly string[] Lines =
    [
        "{\"id\":\"a\",\"text\":\"Größe 😀 \\ud83d\\ude00\",\"source\":\"s\"}\n{\"id\":2,\"text\":\"b\",\"toxic\":true}\r\n\n{\"text\":\"c\",\"spans\":[{\"start\":0}]}",
        "\uFEFF{\"text\":\"\"}\n{\"id\":null,\"text\":\"x\\u0000\\n\",\"source\":{\"a\":1}}\n",
    ];

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.jsonl.gz")]
    [InlineData("a.jsonl.zst")]
    [InlineData("a.txt")]
    [InlineData("a.unknown")]
    public void Text(string fileName)
    {
        using var target = new FuzzTarget($"corpus {fileName[1..]}") { AllocatedPerByte = 64_000, Allocated = 8 << 20 }; // what is compressed may be long
        target.Run(fileName, [.. Lines.Select(lines => Compressed(fileName, Encoding.UTF8.GetBytes(lines)))], Read);
    }

    [Fact]
    public void Parquet()
    {
        string?[] texts = [.. Enumerable.Range(0, 40).Select(i => i % 7 == 3 ? null : $"Größe 😀 text {i % 5} of many")];
        using var target = new FuzzTarget("corpus parquet") { Allocated = 16 << 20, AllocatedPerByte = 4096 };
        CompressionMethod[] methods = [CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip, CompressionMethod.Zstd];
        target.Run("a.parquet", [.. methods.SelectMany(method => new[] { ParquetBytes.Of(texts, 15, method), ParquetBytes.Of(["a", "b"], compression: method, required: true) })], path => Documents(path, RecordErrors.Skip)); // the seeds have rows without text, which are refused else
    }

    [Fact]
    public void MegatronIndex()
    {
        using var target = new FuzzTarget("corpus idx");
        int[][][] documents = [[[1, 2, 256]], [[3], [4, 5, 256]], [[]], [[6, 256]]];
        File.WriteAllBytes(Path.Combine(target.Folder, "a.bin"), TokenFileWriter.Megatron(documents).Tokens);
        target.Run("a.idx", [TokenFileWriter.Megatron(documents).Index, TokenFileWriter.Megatron(documents, code: 8, modes: true).Index], Read);
    }

    [Fact]
    public void MegatronTokens()
    {
        using var target = new FuzzTarget("corpus idx and bin");
        var (index, tokens) = TokenFileWriter.Megatron([[[1, 2, 256]], [[3], [4, 5, 256]], [[6, 256]]]);
        File.WriteAllBytes(Path.Combine(target.Folder, "a.idx"), index);
        target.Run("a.bin", [tokens], Read);
    }

    [Fact]
    public void FlatTokens()
    {
        using var target = new FuzzTarget("corpus bin");
        int[] tokens = [1, 2, 256, 3, 256];
        target.Run("a.bin", [TokenFileWriter.Tokens(tokens, 2), TokenFileWriter.Headed(20240520, 1, tokens, 2), TokenFileWriter.Headed(20240801, 7, tokens, 4)], Read);
    }

    private static void Read(string path)
    {
        Documents(path, RecordErrors.Skip);
        Documents(path, RecordErrors.Refuse);
    }

    private static void Documents(string path, RecordErrors onError)
    {
        foreach (var document in CorpusDocuments.Read(new CorpusSpec { Path = path }, new TokenVocabulary(257, 256), new BadRecords(onError)))
        {
            Assert.NotEmpty(document.Id);
            Assert.All(document.Tokens ?? [], token => Assert.InRange(token, 0, 256));
        }
    }

    private static byte[] Compressed(string name, byte[] bytes)
    {
        using var target = new MemoryStream();
        using (Stream? stream = Path.GetExtension(name) switch
        {
            ".gz" => new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true),
            ".zst" => new CompressionStream(target, leaveOpen: true),
            _ => null,
        })
        {
            stream?.Write(bytes);
        }

        return target.Length > 0 ? target.ToArray() : bytes;
    }
}
