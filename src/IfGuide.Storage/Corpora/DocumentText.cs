using System.Runtime.InteropServices;
using System.Text;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Corpora;

/// <summary>A document's text and the place of each of its tokens in it.</summary>
/// <remarks>The text is decoded from the tokens: it is the document's own unless the tokenizer normalises.</remarks>
public sealed class DocumentText
{
    private DocumentText(string text, TextSpan[] bytes, TextSpan[] characters)
    {
        Text = text;
        ByteSpans = bytes;
        CharacterSpans = characters;
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>Each token's bytes in the text's UTF-8; empty for the closing end-of-text token.</summary>
    public IReadOnlyList<TextSpan> ByteSpans { get; }

    /// <summary>Each token's characters, in UTF-16 units of <see cref="Text"/>.</summary>
    /// <remarks>
    /// A token that is a part of a character has that character's span. The closing end-of-text token has an empty one.
    /// </remarks>
    public IReadOnlyList<TextSpan> CharacterSpans { get; }

    /// <summary>Decodes a document's tokens.</summary>
    /// <param name="tokens">The tokens, from the document's first on.</param>
    /// <param name="closed">Whether the last of them is the closing end-of-text token.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    public static DocumentText Decode(ReadOnlySpan<int> tokens, bool closed, ITextTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var spans = new TextSpan[tokens.Length];
        var textTokens = closed ? tokens.Length - 1 : tokens.Length;
        var utf8 = new List<byte>();
        for (var i = 0; i < tokens.Length; i++)
        {
            var start = utf8.Count;
            if (i < textTokens)
            {
                utf8.AddRange(tokenizer.TokenBytes(tokens[i]));
            }

            spans[i] = new TextSpan(start, utf8.Count);
        }

        var map = CharacterMap.Decode(CollectionsMarshal.AsSpan(utf8));
        return new DocumentText(map.Text, spans, Array.ConvertAll(spans, map.ConvertToCharacters));
    }

    /// <summary>A text, and for each byte of its UTF-8 the first and the end character of the character it is part of.</summary>
    /// <remarks>Starts has one entry more than there are bytes, for the end.</remarks>
    private sealed record CharacterMap(string Text, int[] Starts, int[] Ends)
    {
        public static CharacterMap Decode(ReadOnlySpan<byte> utf8)
        {
            var text = new StringBuilder(utf8.Length);
            var starts = new int[utf8.Length + 1];
            var ends = new int[utf8.Length];
            for (var position = 0; position < utf8.Length;)
            {
                // A cut document may end within a character; what is left of it decodes as U+FFFD.
                Rune.DecodeFromUtf8(utf8[position..], out var rune, out var count);
                starts.AsSpan(position, count).Fill(text.Length);
                text.Append(rune.ToString());
                ends.AsSpan(position, count).Fill(text.Length);
                position += count;
            }

            starts[^1] = text.Length;
            return new CharacterMap(text.ToString(), starts, ends);
        }

        public TextSpan ConvertToCharacters(TextSpan bytes)
        {
            var start = Starts[bytes.Start];
            if (bytes.Length == 0)
            {
                return new TextSpan(start, start);
            }

            return new TextSpan(start, Ends[bytes.End - 1]);
        }
    }
}
