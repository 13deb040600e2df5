using System.Text.Json.Nodes;
using IfGuide.Abstractions;
using IfGuide.Storage.Tests.Support;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Tests.Tokenizers;

/// <summary>The vocabulary of GPT-NeoX and Pythia lacks the 13 bytes that occur in no UTF-8.</summary>
public sealed class GptNeoXBytesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_WithoutTheBytesThatUtf8NeverUses_Works()
    {
        // The byte alphabet writes bytes from 0xAE on, and 0xC0 among them, as the character of the same code.
        var tokenizer = TokenizerFile.Load(Without([0xC0, 0xC1, .. Enumerable.Range(0xF5, 11)]));
        Assert.Equal("Zwölf 😀", tokenizer.Decode(tokenizer.Encode("Zwölf 😀")));
    }

    [Fact]
    public void Load_WithoutAByteThatUtf8Uses_IsRefused() =>
        Assert.Contains("not byte-level", Assert.Throws<UserErrorException>(() => TokenizerFile.Load(Without([0xC3]))).Message, StringComparison.Ordinal);

    private string Without(IEnumerable<int> characters)
    {
        var json = JsonNode.Parse(File.ReadAllText(Repository.Quickstart("tokenizer.json")))!;
        var vocabulary = json["model"]!["vocab"]!.AsObject();
        foreach (var character in characters.Select(character => ((char)character).ToString()))
        {
            Assert.True(vocabulary.Remove(character));
        }

        // Merges of a removed byte go with it, and so does what they make.
        json["model"]!["merges"] = new JsonArray([.. json["model"]!["merges"]!.AsArray().Where(merge => !characters.Any(character => merge!.ToJsonString().Contains((char)character))).Select(merge => merge!.DeepClone())]);
        return folder.Write("tokenizer.json", json.ToJsonString());
    }
}
