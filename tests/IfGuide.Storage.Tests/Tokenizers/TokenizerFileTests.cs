using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using IfGuide.Storage.Tests.Support;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Tests.Tokenizers;

public sealed class TokenizerFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private static readonly Lazy<TokenizerFile> Quickstart = new(() => TokenizerFile.Load(Repository.Quickstart("tokenizer.json")));

    public void Dispose() => folder.Dispose();

    private TokenizerFile Load(JsonNode root) => TokenizerFile.Load(folder.Write("tokenizer.json", root.ToJsonString()));

    private static TokenizerFile LlamaLike(TemporaryFolder folder) =>
        TokenizerFile.Load(folder.Write("llama.json", TinyTokenizer.Llama(["th", "the", " the", "😀a", "𝒜𝒷"], ("t", "h"), ("th", "e")).ToJsonString()));

    [Fact]
    public void Quickstart_HasItsSizeAndEndOfText()
    {
        Assert.Equal(1024, Quickstart.Value.VocabularySize);
        Assert.Equal(0, Quickstart.Value.EndOfTextToken);
        Assert.Equal("<|endoftext|>"u8.ToArray(), Quickstart.Value.TokenBytes(0).ToArray());
        Assert.Equal(64, Quickstart.Value.Digest.Length);
    }

    [Fact]
    public void Quickstart_RoundTripsItsCorpus_AndAgreesWithTheDefinition()
    {
        var reference = new ReferenceBytePairs(JsonNode.Parse(File.ReadAllText(Repository.Quickstart("tokenizer.json")))!.AsObject());
        foreach (var line in File.ReadLines(Repository.Quickstart("corpus.jsonl")).Take(200))
        {
            var text = JsonNode.Parse(line)!["text"]!.GetValue<string>();
            var tokens = Quickstart.Value.Encode(text);
            Assert.Equal(text, Quickstart.Value.Decode(tokens));
            Assert.Equal(reference.Encode(text), tokens);
        }
    }

    [Fact]
    public void Encode_OfRandomUnicode_AgreesWithTheDefinition()
    {
        var reference = new ReferenceBytePairs(JsonNode.Parse(File.ReadAllText(Repository.Quickstart("tokenizer.json")))!.AsObject());
        UnicodeText.Any.Select(UnicodeText.BelowAstral).Sample(text => Assert.Equal(reference.Encode(text), Quickstart.Value.Encode(text)), iter: 2000);
    }

    [Fact]
    public void DecodeOfEncode_IsTheNormalisedText()
    {
        var llama = LlamaLike(folder);
        UnicodeText.Any.Sample(text =>
        {
            Assert.Equal(text.Normalize(NormalizationForm.FormC), Quickstart.Value.Decode(Quickstart.Value.Encode(text)));
            Assert.Equal(text, llama.Decode(llama.Encode(text)));
        }, iter: 3000);
    }

    [Fact]
    public void TokenBytes_AreTheTextInPieces()
    {
        const string text = "Ein Löffel 😀, bitte.";
        var joined = Quickstart.Value.Encode(text).SelectMany(token => Quickstart.Value.TokenBytes(token).ToArray()).ToArray();
        Assert.Equal(Encoding.UTF8.GetBytes(text), joined);
        Assert.Throws<ArgumentOutOfRangeException>(() => Quickstart.Value.TokenBytes(1024).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => Quickstart.Value.TokenBytes(-1).Length);
    }

    [Fact]
    public void Llama_KeepsWordsThatAreTokens_WhateverTheMergesSay()
    {
        var root = TinyTokenizer.Llama([" the", "th", "the"], ("t", "h"), ("th", "e"));
        var tokenizer = Load(root);
        Assert.Equal([TinyTokenizer.IdOf(root, " the")], tokenizer.Encode(" the")); // no merge makes it
        Assert.Equal([TinyTokenizer.IdOf(root, "the"), 'n'], tokenizer.Encode("then"));
        Assert.Equal(tokenizer.VocabularySize - 1, tokenizer.EndOfTextToken);
        root["model"]!["ignore_merges"] = false;
        Assert.Equal([' ', TinyTokenizer.IdOf(root, "the")], Load(root).Encode(" the"));
    }

    [Theory]
    [InlineData("😀a")]
    [InlineData("𝒜𝒷")]
    public void Llama_SeesCharactersAboveUFFFFAsOne(string word)
    {
        var tokenizer = LlamaLike(folder);
        Assert.Single(tokenizer.Encode(word));
    }

    [Fact]
    public void AddedTokens_AreFoundLeftmostAndLongest()
    {
        var root = TinyTokenizer.NeoX();
        var (one, two, angle) = (TinyTokenizer.Add(root, "<a>"), TinyTokenizer.Add(root, "<a><b>"), TinyTokenizer.Add(root, "x<a"));
        var tokenizer = Load(root);
        Assert.Equal([two, 'q', one, 'q', angle, '>'], tokenizer.Encode("<a><b>q<a>qx<a>"));
        Assert.Equal([tokenizer.EndOfTextToken, tokenizer.EndOfTextToken], tokenizer.Encode("<|endoftext|><|endoftext|>"));
        Assert.Equal("<a><b>q", tokenizer.Decode([two, 'q']));
        Assert.Empty(tokenizer.Encode(""));
    }

    [Fact]
    public void AddedTokens_AreFoundBeforeOrAfterNormalisation_AsTheyAsk()
    {
        var root = TinyTokenizer.NeoX();
        var after = TinyTokenizer.Add(root, "é!", normalised: true);
        var before = TinyTokenizer.Add(root, "e\u0301?", normalised: false);
        var tokenizer = Load(root);
        Assert.Equal([after], tokenizer.Encode("e\u0301!"));
        Assert.Equal([before], tokenizer.Encode("e\u0301?"));
        Assert.Equal([0xc3, 0xa9, '?'], tokenizer.Encode("é?"));
    }

    [Fact]
    public void MergesAsPairs_AreTheSameAsMergesAsText()
    {
        var root = TinyTokenizer.NeoX(("a", "b"), ("ab", "c"));
        var text = Load(root).Encode("abcab");
        root["model"]!["merges"] = new JsonArray(new JsonArray("a", "b"), new JsonArray("ab", "c"));
        Assert.Equal(text, Load(root).Encode("abcab"));
        Assert.Equal(2, text.Length);
    }

    [Fact]
    public void AVocabularyWithoutTheBytesThatUtf8NeverHas_IsComplete()
    {
        var root = TinyTokenizer.NeoX();
        foreach (var character in new byte[] { 0xc0, 0xc1, 0xf5, 0xff }) // as the vocabulary of GPT-NeoX-20B
        {
            root["model"]!["vocab"]!.AsObject().Remove(((char)character).ToString());
        }

        var tokenizer = Load(root);
        Assert.Equal("ÀÁ😀", tokenizer.Decode(tokenizer.Encode("ÀÁ😀")));
    }

    [Fact]
    public void Encode_IsSafeForConcurrentUse()
    {
        var texts = File.ReadLines(Repository.Quickstart("valid.jsonl")).Take(100).ToArray();
        var alone = Array.ConvertAll(texts, Quickstart.Value.Encode);
        var fresh = TokenizerFile.Load(Repository.Quickstart("tokenizer.json"));
        var together = new int[texts.Length][];
        Parallel.For(0, texts.Length, i => together[i] = fresh.Encode(texts[i]));
        Assert.Equal(alone, together);
    }
}
