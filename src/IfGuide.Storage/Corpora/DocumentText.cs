using System.Text;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Corpora;

/// <summary>A range of a text, end exclusive.</summary>
/// <param name="Start">First unit.</param>
/// <param name="End">The unit behind the last one.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>Units in the range.</summary>
    public int Length => End - Start;
}

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

    /// <summary>Each token's characters (UTF-16 units of <see cref="Text"/>). A token that is a part of a character has that character's span; the closing end-of-text token has an empty one.</summary>
    public IReadOnlyList<TextSpan> CharacterSpans { get; }

    /// <summary>Decodes a document's tokens.</summary>
    /// <param name="tokens">The tokens, from the document's first on.</param>
    /// <param name="closed">Whether the last of them is the closing end-of-text token.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    public static DocumentText Decode(ReadOnlySpan<int> tokens, bool closed, ITextTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var utf8 = new List<byte>();
        var bytes = new TextSpan[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            var start = utf8.Count;
            if (!closed || i < tokens.Length - 1)
            {
                utf8.AddRange(tokenizer.TokenBytes(tokens[i]));
            }

            bytes[i] = new TextSpan(start, utf8.Count);
        }

        var (text, starts, ends) = Characters(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(utf8));
        var characters = Array.ConvertAll(bytes, span => span.Length == 0
            ? new TextSpan(starts[span.Start], starts[span.Start])
            : new TextSpan(starts[span.Start], ends[span.End - 1]));
        return new DocumentText(text, bytes, characters);
    }

    /// <summary>The text, and for each byte the first and the end character of the character it is part of; one more start, for the end.</summary>
    private static (string Text, int[] Starts, int[] Ends) Characters(ReadOnlySpan<byte> utf8)
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
        return (text.ToString(), starts, ends);
    }
}
