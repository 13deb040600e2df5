using IfGuide.Storage.Queries;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Prompts;

/// <summary>A last-word record as tokens.</summary>
/// <param name="Tokens">Tokens of the whole text.</param>
/// <param name="WordTokens">How many at the end hold a byte of the last word or of the white space in front of it.</param>
public sealed record LastWordTokens(int[] Tokens, int WordTokens)
{
    /// <summary>The same record, cut on the left.</summary>
    /// <param name="longest">At most so many tokens.</param>
    public LastWordTokens KeepEnd(int longest) => Tokens.Length <= longest ? this : new(Tokens[^longest..], WordTokens);
}

/// <summary>Makes tokens of last-word records.</summary>
public static class LastWordEncoding
{
    /// <summary>Encodes a record as one text, as a model meets it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    public static LastWordTokens Encode(this LastWord record, ITextTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var tokens = tokenizer.Encode(record.Text);
        return new LastWordTokens(tokens, tokens.Length - QueryBoundary.Find(tokens, record.Context, record.Target, tokenizer));
    }
}
