using System.Text;
using CsCheck;
using IfGuide.Storage.Corpora;

namespace IfGuide.Storage.Tests.Corpora;

public sealed class DocumentTextTests
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Fact]
    public void Decode_TokensOfPartsOfCharacters_HaveTheCharactersSpan()
    {
        var tokenizer = GreedyTokenizer.Straddling;
        var tokens = tokenizer.Encode("a😀ab");
        Assert.Equal(["a", "F09F", "988061", "b"], tokens.Select(token => tokenizer.TokenBytes(token) is [< 128] ascii ? $"{(char)ascii[0]}" : Convert.ToHexString(tokenizer.TokenBytes(token))));
        var text = DocumentText.Decode([.. tokens, tokenizer.EndOfTextToken], closed: true, tokenizer);
        Assert.Equal("a😀ab", text.Text);
        Assert.Equal([new(0, 1), new(1, 3), new(3, 6), new(6, 7), new(7, 7)], text.ByteSpans);
        Assert.Equal([new(0, 1), new(1, 3), new(1, 4), new(4, 5), new(5, 5)], text.CharacterSpans);
    }

    [Fact]
    public void Decode_DocumentCutWithinACharacter_EndsInTheReplacementCharacter()
    {
        var text = DocumentText.Decode([(int)'a', 0xF0, 0x9F], closed: false, new GreedyTokenizer());
        Assert.Equal("a\uFFFD", text.Text);
        Assert.Equal([new(0, 1), new(1, 2), new(1, 2)], text.CharacterSpans);
    }

    [Fact]
    public void Decode_AnyText_SpansCoverItAndHoldTheirTokens() =>
        Generators.Text.Sample(
            expected =>
            {
                var tokenizer = GreedyTokenizer.Straddling;
                var tokens = tokenizer.Encode(expected);
                var text = DocumentText.Decode(tokens, closed: false, tokenizer);
                Assert.Equal(expected, text.Text);
                var end = 0;
                for (var i = 0; i < tokens.Length; i++)
                {
                    var span = text.CharacterSpans[i];
                    Assert.True(span.Start <= end && span.End >= end, "spans leave a hole or run backwards");
                    end = span.End;
                    var characters = Strict.GetBytes(text.Text[span.Start..span.End]); // throws when the span cuts a character
                    Assert.True(characters.AsSpan().IndexOf(tokenizer.TokenBytes(tokens[i])) >= 0, "a span does not hold its token's bytes");
                }

                Assert.Equal(expected.Length, end);
            },
            iter: 500,
            threads: 1);
}
