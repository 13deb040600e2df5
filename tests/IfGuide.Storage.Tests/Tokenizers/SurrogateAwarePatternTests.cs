using System.Text.RegularExpressions;
using CsCheck;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Tests.Tokenizers;

public sealed class SurrogateAwarePatternTests
{
    private static readonly string[] Patterns = [TokenizerJson.ByteLevelPattern, TinyTokenizer.LlamaPattern];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void WordsOfAnyText_AreThoseOfTheSameTextBelowU10000(int index)
    {
        var plain = new Regex(Patterns[index], RegexOptions.CultureInvariant);
        var aware = new Regex(SurrogateAwarePattern.Rewrite(Patterns[index]), RegexOptions.CultureInvariant);
        UnicodeText.Any.Sample(text =>
        {
            var expected = plain.Matches(UnicodeText.BelowAstral(text)).Select(match => match.Value.EnumerateRunes().Count());
            var found = aware.Matches(text).Select(match => match.Value.EnumerateRunes().Count());
            Assert.Equal(expected, found);
        }, iter: 3000);
    }

    [Fact]
    public void ThePatternAsItIs_SplitsALetterAboveUFFFF() =>
        Assert.NotEqual(1, Regex.Count("a𝒜b", TinyTokenizer.LlamaPattern)); // why the rewriting is there

    [Theory]
    [InlineData(@"\P{L}+", @"\P{L}")]
    [InlineData(@"\p{Greek}+", @"\p{Greek}")]
    [InlineData(@"[a[b]]", "within a character class")]
    [InlineData(@"[abc", "without an end")]
    [InlineData(@"\p{L", @"\p{L")]
    public void WhatIsNotHandled_IsNamed(string pattern, string named) =>
        Assert.Contains(named, Assert.Throws<NotSupportedException>(() => SurrogateAwarePattern.Rewrite(pattern)).Message, StringComparison.Ordinal);
}
