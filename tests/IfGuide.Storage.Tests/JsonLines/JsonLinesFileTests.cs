using System.IO.Compression;
using System.Text;
using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Storage.JsonLines;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.JsonLines;

public sealed class JsonLinesFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_PassesOverByteOrderMarkCarriageReturnsAndBlankLines()
    {
        var path = folder.Write("a.jsonl", "\uFEFF{\"text\":\"one\"}\r\n\n  \t\r\n{\"text\":\"two\"}");
        Assert.Equal([(1L, "one"), (4L, "two")], Texts(path));
    }

    [Fact]
    public void Read_LinesLongerThanTheBuffer_AreWhole()
    {
        string[] texts = [new('x', 10), new('y', 70_000), new('z', 3), new('x', 200_000), new('y', 65_536)];
        var path = folder.Write("a.jsonl", string.Concat(texts.Select(text => $"{{\"text\":\"{text}\"}}\n")));
        Assert.Equal(texts, Texts(path).Select(pair => pair.Text));
    }

    [Theory]
    [InlineData(".gz")]
    [InlineData(".zst")]
    public void Read_Compressed_IsTheSame(string extension)
    {
        var bytes = Encoding.UTF8.GetBytes("{\"text\":\"one\"}\n{\"text\":\"Zwölf\"}\n");
        Assert.Equal([(1L, "one"), (2L, "Zwölf")], Texts(folder.Write("a.jsonl" + extension, Compress(bytes, extension))));
    }

    [Theory]
    [InlineData(".gz")]
    [InlineData(".zst")]
    public void Read_TruncatedCompressed_NamesTheFile(string extension)
    {
        var random = new Random(1);
        var lines = string.Concat(Enumerable.Range(0, 5000).Select(_ => $"{{\"text\":\"{random.NextInt64()}\"}}\n"));
        var whole = Compress(Encoding.UTF8.GetBytes(lines), extension);
        var path = folder.Write("cut.jsonl" + extension, whole[..(whole.Length / 2)]);
        var error = Assert.Throws<UserErrorException>(() => Texts(path));
        Assert.Contains("cut.jsonl", error.Message, StringComparison.Ordinal);
        Assert.Contains("truncated or damaged", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"text\":\"a\"}\n{\"text\":}\n", "line 2: not JSON at byte 9")]
    [InlineData("{\"text\":\"a\"}\n{\"text\":\"b\"\n", "line 2: not JSON")]
    [InlineData("{\"text\":\"a\"} {\"text\":\"b\"}\n", "line 1: not JSON at byte 14")]
    [InlineData("\n[1]\n", "line 2: found a JSON array, expected an object")]
    [InlineData("true\n", "line 1: found a JSON boolean, expected an object")]
    [InlineData("{}\n", "line 1: found no string 'text' among the keys (none)")]
    [InlineData("{\"body\":\"a\",\"id\":1}\n", "line 1: found no string 'text' among the keys body, id")]
    [InlineData("{\"text\":null}\n", "line 1: found no string 'text'")]
    [InlineData("{\"text\":[\"a\"]}\n", "line 1: 'text' is a JSON array, expected a string")]
    [InlineData("{\"text\":\"\\ud800\"}\n", "line 1: a string holds an escaped half of a surrogate pair")]
    public void Read_WrongLine_NamesFileAndLine(string content, string expected)
    {
        var path = folder.Write("wrong.jsonl", content);
        var error = Assert.Throws<UserErrorException>(() => Texts(path));
        Assert.Contains("wrong.jsonl, " + expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_InvalidUtf8_NamesLineAndByte()
    {
        var path = folder.Write("a.jsonl", [.. "{}\n{\"text\":\"é"u8, 0xFF, .. "\"}\n"u8]);
        var error = Assert.Throws<UserErrorException>(() => Texts(path, text: null));
        Assert.Contains("a.jsonl, line 2: byte 12 of the line begins no UTF-8 character", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFileOrFolder_SaysSo()
    {
        Assert.Contains("There is no file", Assert.Throws<UserErrorException>(() => Texts(folder.File("absent.jsonl"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<UserErrorException>(() => Texts(folder.Path)).Message, StringComparison.Ordinal);
    }

    /// <summary>Whatever is done to a file, it is read or refused with its name; nothing else is thrown.</summary>
    [Fact]
    public void Read_DamagedFile_IsReadOrRefused()
    {
        var seeds = new byte[][]
        {
            [.. "{\"id\":\"a\",\"text\":\"x\\ud83d\\ude00y\",\"n\":{\"text\":1}}\n{\"text\":\"\\u00e9é😀\",\"source\":null}\n"u8],
            Compress("{\"text\":\"one\"}\n{\"text\":\"two\"}\n"u8.ToArray(), ".gz"),
            Compress("{\"text\":\"one\"}\n{\"text\":\"two\"}\n"u8.ToArray(), ".zst"),
        };
        string[] extensions = ["", ".gz", ".zst"];
        var change = Gen.Select(Gen.Int[0, 199], Gen.Byte, Gen.Int[0, 2]);
        var refused = 0;
        Gen.Select(Gen.Int[0, 2], change.Array[1, 4]).Sample(
            (kind, changes) =>
            {
                var bytes = seeds[kind].ToList();
                foreach (var (position, value, action) in changes)
                {
                    var at = position % bytes.Count;
                    switch (action)
                    {
                        case 0: bytes[at] = value; break;
                        case 1: bytes.Insert(at, value); break;
                        default: bytes.RemoveRange(at, Math.Min(bytes.Count - at - 1, value % 7)); break;
                    }
                }

                var path = folder.Write($"fuzz{Guid.NewGuid():N}.jsonl" + extensions[kind], [.. bytes]);
                try
                {
                    Texts(path);
                }
                catch (UserErrorException error)
                {
                    Interlocked.Increment(ref refused);
                    Assert.Contains("fuzz", error.Message, StringComparison.Ordinal);
                }

                File.Delete(path);
            },
            iter: 1000,
            threads: 1);
        Assert.True(refused > 200, $"only {refused} of 1,000 damaged files were refused");
    }

    private static List<(long Line, string Text)> Texts(string path, string? text = "text") =>
        [.. JsonLinesFile.Read(path).Select(record => (record.Line, text is null ? string.Empty : record.GetText(text, "correct the line")))];

    private static byte[] Compress(byte[] bytes, string extension)
    {
        using var output = new MemoryStream();
        using (Stream stream = extension == ".gz" ? new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true) : new ZstdSharp.CompressionStream(output, leaveOpen: true))
        {
            stream.Write(bytes);
        }

        return output.ToArray();
    }
}
