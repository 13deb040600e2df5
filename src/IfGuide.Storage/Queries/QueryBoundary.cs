using System.Text;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Queries;

/// <summary>Finds the first token of a continuation by bytes.</summary>
/// <remarks>Encoding the prompt alone may give other tokens than the prompt has in front of its continuation.</remarks>
internal static class QueryBoundary
{
    /// <summary>Finds the first token that holds a byte of the continuation; the number of tokens when none does.</summary>
    /// <param name="tokens">Tokens of prompt and continuation, encoded as one text.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="completion">The continuation.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    public static int Find(ReadOnlySpan<int> tokens, string prompt, string completion, ITextTokenizer tokenizer)
    {
        var promptBytes = CountPromptBytes(tokens, prompt, completion, tokenizer);
        var end = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            end += tokenizer.TokenBytes(tokens[i]).Length;
            if (end > promptBytes)
            {
                return i;
            }
        }

        return tokens.Length;
    }

    private static int CountPromptBytes(ReadOnlySpan<int> tokens, string prompt, string completion, ITextTokenizer tokenizer)
    {
        var bytes = Join(tokens, tokenizer);
        var isUnchanged = bytes.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(prompt + completion));
        return isUnchanged ? Encoding.UTF8.GetByteCount(prompt) : CountNormalisedPromptBytes(bytes, prompt, tokenizer);
    }

    /// <summary>Counts the prompt's bytes where the tokenizer normalises: those that the prompt alone and the whole text have in common.</summary>
    /// <remarks>A character composed across the boundary belongs to the continuation.</remarks>
    private static int CountNormalisedPromptBytes(byte[] bytes, string prompt, ITextTokenizer tokenizer)
    {
        var common = bytes.AsSpan().CommonPrefixLength(Join(tokenizer.Encode(prompt), tokenizer));
        while (common > 0 && common < bytes.Length && (bytes[common] & 0xC0) == 0x80)
        {
            common--;
        }

        return common;
    }

    private static byte[] Join(ReadOnlySpan<int> tokens, ITextTokenizer tokenizer)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            bytes.AddRange(tokenizer.TokenBytes(token));
        }

        return [.. bytes];
    }
}
