using IfGuide.Storage.Queries;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Prompts;

/// <summary>Encodes last-word records.</summary>
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
        var boundary = QueryBoundary.Find(tokens, record.Context, record.Target, tokenizer);
        return new LastWordTokens(tokens, tokens.Length - boundary);
    }
}
