using IfGuide.Abstractions;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Prompts;

public sealed class PromptReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Prompts_TakeEachForm()
    {
        var path = folder.Write("p.jsonl", """
            {"prompt":{"text":"one","toxicity":null},"continuation":{"text":""},"prompt_class":"neutral"}
            {"prompt":"two"}

            {"text":"three","prompt_class":null}
            {"prompt":{"text":"four","toxicity":0.5}}
            {"prompt":{"text":"five","toxicity":0.49}}
            """);
        Assert.Equal([new("one", "neutral", 1), new("two", "all", 2), new("three", "all", 4), new("four", "toxic", 5), new("five", "nontoxic", 6)], PromptReader.Read(path));
    }

    [Theory]
    [InlineData("Rosa asked about the", " telescope")]
    [InlineData("It was", " unquestionably")]
    [InlineData("fixed the", " database index")]
    public void LastWordTokens_AreThoseBehindTheContext(string context, string target)
    {
        var tokenizer = Storage.Tokenizers.TokenizerFile.Load(Path.Combine(Repository.Root, "deploy", "quickstart", "data", "tokenizer.json"));
        var encoded = new LastWord(context, target, 1).Encode(tokenizer);
        Assert.Equal(tokenizer.Encode(context + target), encoded.Tokens);
        Assert.Equal(target, tokenizer.Decode(encoded.Tokens.AsSpan(encoded.Tokens.Length - encoded.WordTokens)));
        Assert.Equal(new LastWordTokens([encoded.Tokens[^1]], encoded.WordTokens).Tokens, encoded.KeepEnd(1).Tokens);
    }

    [Fact]
    public void LastWords_SplitAtTheLastWordOrAsTold()
    {
        var path = folder.Write("l.jsonl", """
            {"text":"he saw the dog \n"}
            {"context":"fixed the ","target":"database index","text":"fixed the database index"}
            """);
        var records = LastWordReader.Read(path);
        Assert.Equal([new("he saw the", " dog", 1), new("fixed the", " database index", 2)], records);
        Assert.Equal("fixed the database index", records[1].Text);
    }

    [Fact]
    public void HeldOutTexts_AreReadInOrder() => Assert.Equal(["a", ""], HeldOutText.Read(folder.Write("t.jsonl", "{\"text\":\"a\"}\n{\"text\":\"\"}\n")));

    [Theory]
    [InlineData("{}", "f.jsonl, line 1: found neither 'prompt' nor 'text'")]
    [InlineData("{\"prompt\":\"\"}", "f.jsonl, line 1: the prompt is empty")]
    [InlineData("{\"prompt\":7}", "f.jsonl, line 1: 'prompt' is a JSON number")]
    [InlineData("{\"text\":\"a\",\"prompt_class\":7}", "f.jsonl, line 1: 'prompt_class' is a JSON number")]
    [InlineData("\n", "holds no prompts")]
    public void WrongPrompts_AreExplained(string content, string expected) => AssertRefused(content, expected, path => PromptReader.Read(path));

    [Theory]
    [InlineData("{\"text\":\"word\"}", "f.jsonl, line 1: the text has no word in front of its last one")]
    [InlineData("{\"text\":\" \"}", "no word in front")]
    [InlineData("{\"text\":\"a b c\",\"context\":\"a\",\"target\":\"c\"}", "f.jsonl, line 1: 'text' is not 'context' followed by 'target'")]
    [InlineData("{\"context\":\"a\",\"target\":\"c\"}", "f.jsonl, line 1: found no string 'text'")]
    [InlineData("", "holds no records")]
    public void WrongLastWords_AreExplained(string content, string expected) => AssertRefused(content, expected, path => LastWordReader.Read(path));

    [Theory]
    [InlineData("{\"text\":\"a\"}\n{\"body\":\"b\"}", "f.jsonl, line 2: found no string 'text'")]
    [InlineData("", "holds no held-out texts")]
    public void WrongHeldOutTexts_AreExplained(string content, string expected) => AssertRefused(content, expected, path => HeldOutText.Read(path).ToList());

    private void AssertRefused(string content, string expected, Action<string> read) =>
        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => read(folder.Write("f.jsonl", content))).Message, StringComparison.Ordinal);
}
