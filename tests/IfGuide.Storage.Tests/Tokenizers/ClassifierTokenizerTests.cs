using System.Text.Json.Nodes;
using IfGuide.Abstractions;
using IfGuide.Storage.Tests.Support;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Tests.Tokenizers;

public sealed class ClassifierTokenizerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Unaffable!", new[] { 2, 6, 7, 8, 5, 3 })] // the longest piece first: un ##aff ##able
    [InlineData("  un\tÜN\nun ", new[] { 2, 6, 6, 6, 3 })] // accents go with lower-casing
    [InlineData("unq", new[] { 2, 1, 3 })] // a word that pieces do not cover is unknown as a whole
    [InlineData("日un", new[] { 2, 9, 6, 3 })] // each ideograph is a word
    [InlineData("", new[] { 2, 3 })]
    public void WordPiece_IsBerts(string text, int[] expected) => Assert.Equal(expected, Bert(lower: true).Encode(text, 64));

    [Fact]
    public void WordPiece_KeepsCase_WhenToldTo_AndCutsOnTheRight()
    {
        Assert.Equal([2, 1, 3], Bert(lower: false).Encode("Un", 64));
        Assert.Equal([2, 6, 3], Bert(lower: true).Encode("un un un", 3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BytePairs_AreRobertas(bool prefix)
    {
        var root = JsonNode.Parse(File.ReadAllText(Repository.Quickstart("tokenizer.json")))!.AsObject();
        var plain = TokenizerFile.Load(Repository.Quickstart("tokenizer.json"));
        root["pre_tokenizer"] = JsonNode.Parse($$"""{"type": "ByteLevel", "add_prefix_space": {{(prefix ? "true" : "false")}}, "trim_offsets": true}""");
        root["post_processor"] = JsonNode.Parse("""{"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": true, "add_prefix_space": false}""");
        root["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"id": 60000, "content": "<mask>", "lstrip": true, "rstrip": false, "single_word": false, "normalized": false, "special": true}"""));
        var tokenizer = ClassifierTokenizer.Load(folder.Write("tokenizer.json", root.ToJsonString()));
        Assert.Equal([0, .. plain.Encode(prefix ? " You stupid fool." : "You stupid fool."), 2], tokenizer.Encode("You stupid fool.", 64));
    }

    [Theory]
    [InlineData("""{"model": {"type": "Unigram"}, "post_processor": {"type": "BertProcessing", "sep": ["x", 1], "cls": ["y", 2]}}""", "the model type 'Unigram'")]
    [InlineData("""{"model": {"type": "WordPiece", "vocab": {}}}""", "no post_processor")]
    [InlineData("""{"model": {"type": "WordPiece", "vocab": {"a": 4}}, "post_processor": {"type": "BertProcessing", "sep": ["x", 1], "cls": ["y", 2]}}""", "whose ids leave gaps")]
    [InlineData("""{"model": {"type": "WordPiece", "vocab": {"a": 0}}, "post_processor": {"type": "BertProcessing", "sep": ["x", 1], "cls": ["y", 2]}}""", "without [CLS]")]
    [InlineData("[7]", "is not a tokenizer.json")]
    [InlineData("nothing", "is not a tokenizer.json")]
    public void WhatIsNotSupported_IsNamed(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => ClassifierTokenizer.Load(folder.Write("tokenizer.json", json))).Message, StringComparison.Ordinal);

    private ClassifierTokenizer Bert(bool lower)
    {
        const string json = """
            {"normalizer": {"type": "BertNormalizer", "lowercase": LOWER, "handle_chinese_chars": true, "strip_accents": null},
             "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
             "model": {"type": "WordPiece", "unk_token": "[UNK]",
               "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "!": 5, "un": 6, "##aff": 7, "##able": 8, "日": 9}}}
            """;
        return ClassifierTokenizer.Load(folder.Write("tokenizer.json", json.Replace("LOWER", lower ? "true" : "false", StringComparison.Ordinal)));
    }
}
