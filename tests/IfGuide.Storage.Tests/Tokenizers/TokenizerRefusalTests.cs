using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Storage.Tests.Support;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Tests.Tokenizers;

public sealed class TokenizerRefusalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string, string> Features => new()
    {
        { "model.type", "\"Unigram\"", "'Unigram'" },
        { "model.type", "\"WordPiece\"", "'WordPiece'" },
        { "model.byte_fallback", "true", "'byte_fallback'" },
        { "model.dropout", "0.1", "'dropout'" },
        { "model.continuing_subword_prefix", "\"##\"", "'continuing_subword_prefix'" },
        { "model.end_of_word_suffix", "\"</w>\"", "'end_of_word_suffix'" },
        { "normalizer", "{\"type\":\"NFKC\"}", "'NFKC'" },
        { "normalizer", "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"Lowercase\"}]}", "'NFC, Lowercase'" },
        { "pre_tokenizer", "null", "pre-tokenizer ''" },
        { "pre_tokenizer", "{\"type\":\"Metaspace\"}", "'Metaspace'" },
        { "pre_tokenizer", "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}", "'ByteLevel'" },
        { "pre_tokenizer", "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\"},{\"type\":\"ByteLevel\",\"add_prefix_space\":false}]}", "'Digits, ByteLevel'" },
        { "pre_tokenizer", "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"Isolated\"},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}", "Split" },
        { "pre_tokenizer", "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\P{L}\"},\"behavior\":\"Isolated\"},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}", @"\P{L}" },
        { "pre_tokenizer", "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a++(\"},\"behavior\":\"Isolated\"},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}", "a++(" },
        { "added_tokens.0.lstrip", "true", "'lstrip' of the added token '<|endoftext|>'" },
        { "added_tokens.0.single_word", "true", "'single_word'" },
        { "model.vocab", "{\"a\":0}", "242 of the 243 bytes" },
    };

    public static TheoryData<string, string, string> Damages => new()
    {
        { "model.merges", "[\"a zz\"]", "merge 0 ('a zz')" },
        { "model.merges", "[\"a b\"]", "merge 0" },
        { "model.merges", "[\"ab\"]", "merge 0" },
        { "model.merges", "[[\"a\"]]", "merge 0" },
        { "model.merges", "3", "not a tokenizer.json" },
        { "model.vocab.a", "-1", "token 'a' has id -1" },
        { "model.vocab.a", "98", "twice" },
        { "model.vocab.a", "4294967296", "4294967296" },
        { "model.vocab.a", "1000000000", "1000000000" },
        { "model.vocab.a", "1.5", "1.5" },
        { "model", "{}", "not a tokenizer.json" },
        { "model", "[]", "not a tokenizer.json" },
        { "added_tokens", "[]", "<|endoftext|>" },
        { "added_tokens.0.id", "\"x\"", "not a tokenizer.json" },
        { "added_tokens.0.content", "\"\"", "is empty" },
        { "added_tokens.0.content", "\"a\"", "in the vocabulary" },
    };

    [Theory]
    [MemberData(nameof(Features))]
    [MemberData(nameof(Damages))]
    public void EachIsNamed_WithTheFile(string place, string json, string named)
    {
        var root = TinyTokenizer.NeoX();
        Set(root, place.Split('.'), JsonNode.Parse(json));
        var path = folder.Write("tokenizer.json", root.ToJsonString());
        var failure = Assert.Throws<UserErrorException>(() => TokenizerFile.Load(path));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model\": null}")]
    [InlineData("\u0000")]
    public void OtherFiles_AreTheUsersMistake(string content) =>
        Assert.Throws<UserErrorException>(() => TokenizerFile.Load(folder.Write("tokenizer.json", content)));

    [Fact]
    public void AMissingFile_IsNamed() =>
        Assert.Contains("no file", Assert.Throws<UserErrorException>(() => TokenizerFile.Load(folder.File("none.json"))).Message, StringComparison.Ordinal);

    [Fact]
    public void MutatedFiles_LoadOrAreTheUsersMistake()
    {
        var original = Encoding.UTF8.GetBytes(TinyTokenizer.Llama(["th", "the"], ("t", "h"), ("th", "e")).ToJsonString());
        Mutations.Of(original).Sample(bytes => Mutations.Expect<UserErrorException>(() => TokenizerFile.Load(folder.Write("tokenizer.json", bytes)).Encode("the th 😀")), iter: 200, threads: 1);
    }

    private static void Set(JsonNode node, string[] place, JsonNode? value)
    {
        foreach (var key in place[..^1])
        {
            node = int.TryParse(key, out var index) ? node[index]! : node[key]!;
        }

        node[place[^1]] = value;
    }
}
