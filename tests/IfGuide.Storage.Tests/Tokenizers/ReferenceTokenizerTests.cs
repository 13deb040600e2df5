using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using IfGuide.Storage.Tests.Support;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Tests.Tokenizers;

/// <summary>The published tokenizers of GPT-2 and Llama 3, and those that ship here in the form of GPT-NeoX, against Hugging Face's own library.</summary>
public sealed class ReferenceTokenizerTests
{
    private const string Quickstart = "deploy/quickstart/data/tokenizer.json";
    private const string Detox = "deploy/benchmarks/detox/data/tokenizer.json";

    private static readonly string[] Samples =
    [
        "", " ", "Hello world", "  leading and   inner spaces ", "tabs\tand\nnew\r\nlines\n\n\n", "don't we'll I'M you'VE", "1234567890 3.14 1,000,000", "naïve café Zürich", "日本語のテキスト", "한국어 텍스트",
        "Привет, мир!", "مرحبا بالعالم", "👩‍👩‍👧 🇩🇪 😀😀", "def f(x):\n    return x ** 2  # code\n", "<|endoftext|>", "a<|endoftext|>b", "<|begin_of_text|>text<|end_of_text|>", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "!!!???...---", "\0\u0001\u007f",
    ];

    [Theory]
    [InlineData("gpt2", 50257, 50256)]
    [InlineData("llama3", 128256, 128001)]
    [InlineData(Quickstart, 1024, 0)]
    [InlineData(Detox, 4096, 0)]
    public void Ids_EqualTheReferences(string name, int vocabulary, int endOfText)
    {
        var path = Vocabulary(name);
        var tokenizer = TokenizerFile.Load(path);
        Assert.Equal(vocabulary, tokenizer.VocabularySize);
        Assert.Equal(endOfText, tokenizer.EndOfTextToken);
        string[] texts = [.. Samples, .. Corpus(100)];
        var expected = ReferenceTokenizer.Encode(path, texts);
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.True(expected[i].SequenceEqual(tokenizer.Encode(texts[i])), $"'{texts[i]}' is [{string.Join(", ", expected[i])}], not [{string.Join(", ", tokenizer.Encode(texts[i]))}].");
        }
    }

    /// <remarks>Without the two characters that JavaScript's \s takes otherwise than Unicode's White_Space, which Hugging Face's library in Rust and .NET follow,
    /// without the planes whose letters depend on the version of Unicode, and without what .NET's version has not assigned yet: Node's is newer (17: U+2B73F is a letter).</remarks>
    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama3")]
    [InlineData(Quickstart)]
    [InlineData(Detox)]
    public void RandomUnicode_IsTheReferencesIds_AndComesBackByteForByte(string name)
    {
        var path = Vocabulary(name);
        var tokenizer = TokenizerFile.Load(path);
        var texts = new List<string>();
        UnicodeText.Any.Select(text => string.Concat(text.EnumerateRunes().Where(rune => rune.Value is not (0x85 or 0xfeff) and < 0x30000 && Rune.GetUnicodeCategory(rune) != UnicodeCategory.OtherNotAssigned))).Sample(texts.Add, iter: 1000, threads: 1, seed: "0000KOIPZzQ2");
        var expected = ReferenceTokenizer.Encode(path, texts);
        for (var i = 0; i < texts.Count; i++)
        {
            var tokens = tokenizer.Encode(texts[i]);
            Assert.True(expected[i].SequenceEqual(tokens), $"{JsonValue.Create(texts[i]).ToJsonString()} is [{string.Join(", ", expected[i])}], not [{string.Join(", ", tokens)}].");
            var kept = name.Contains('/', StringComparison.Ordinal) ? texts[i].Normalize(NormalizationForm.FormC) : texts[i]; // GPT-NeoX normalises first
            Assert.Equal(kept, tokenizer.Decode(tokens));
            Assert.Equal(Encoding.UTF8.GetByteCount(kept), tokens.Sum(token => tokenizer.TokenBytes(token).Length));
        }
    }

    private static string Vocabulary(string name) => name.Contains('/', StringComparison.Ordinal) ? Path.Combine(Repository.Root, name) : ReferenceTokenizer.Vocabulary(name);

    private static IEnumerable<string> Corpus(int documents) =>
        File.ReadLines(Repository.Quickstart("corpus.jsonl")).Take(documents).Select(line => JsonNode.Parse(line)!["text"]!.GetValue<string>());
}
