using System.IO.Compression;
using System.Text;
using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Tests.Support;
using ZstdSharp;

namespace IfGuide.Storage.Tests.JsonLines;

/// <summary>Damaged corpora are read, or refused as the user's mistake; nothing else happens.</summary>
public sealed class JsonLinesMutationTests : IDisposable
{
    private const string Lines = "{\"id\":\"a\",\"text\":\"Größe 😀 \\ud83d\\ude00\",\"source\":\"s\"}\n{\"id\":2,\"text\":\"b\",\"toxic\":true}\r\n\n{\"text\":\"c\",\"spans\":[{\"start\":0}]}";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("x.jsonl", 3000)]
    [InlineData("x.jsonl.gz", 1000)]
    [InlineData("x.jsonl.zst", 1000)]
    public void MutatedFiles_AreReadOrAreTheUsersMistake(string name, int count)
    {
        var original = Compressed(name);
        Assert.Equal(3, CorpusDocuments.Read(new CorpusSpec { Path = folder.Write(name, original) }).Count());
        Mutations.Of(original).Sample(bytes => Mutations.Expect<UserErrorException>(() =>
        {
            foreach (var document in CorpusDocuments.Read(new CorpusSpec { Path = folder.Write(name, bytes) }))
            {
                Assert.NotNull(document.Text);
            }
        }), iter: count, threads: 1);
    }

    private static byte[] Compressed(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(Lines);
        if (name.EndsWith(".jsonl", StringComparison.Ordinal))
        {
            return bytes;
        }

        using var target = new MemoryStream();
        using (Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true) : new CompressionStream(target, leaveOpen: true))
        {
            stream.Write(bytes);
        }

        return target.ToArray();
    }
}
