using System.Text;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Tests.Corpora;

/// <summary>A byte-level tokenizer for tests: bytes are tokens 0 to 255, 256 is end-of-text, further pieces follow; the longest piece that fits is taken.</summary>
internal sealed class GreedyTokenizer(params byte[][] pieces) : ITextTokenizer
{
    /// <summary>Pieces that straddle words and characters.</summary>
    public static readonly GreedyTokenizer Straddling = new("ab"u8.ToArray(), "o w"u8.ToArray(), "the "u8.ToArray(), [0xF0, 0x9F], [0x98, 0x80, (byte)'a'], [0xA9, 0xC3], "\u00E9e"u8.ToArray());

    public bool Normalises { get; init; }

    public int VocabularySize => 257 + pieces.Length;

    public int EndOfTextToken => 256;

    public int[] Encode(string text)
    {
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(Normalises ? text.Normalize(NormalizationForm.FormC) : text);
        var tokens = new List<int>();
        while (!bytes.IsEmpty)
        {
            var best = -1;
            for (var i = 0; i < pieces.Length; i++)
            {
                best = bytes.StartsWith(pieces[i]) && (best < 0 || pieces[i].Length > pieces[best].Length) ? i : best;
            }

            tokens.Add(best < 0 ? bytes[0] : 257 + best);
            bytes = bytes[(best < 0 ? 1 : pieces[best].Length)..];
        }

        return [.. tokens];
    }

    public string Decode(ReadOnlySpan<int> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            bytes.AddRange(TokenBytes(token));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    public ReadOnlySpan<byte> TokenBytes(int token) => token switch
    {
        < 256 => new[] { (byte)token },
        256 => "<end>"u8,
        _ => pieces[token - 257],
    };
}
