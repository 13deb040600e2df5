namespace IfGuide.Storage.Tokenizers;

/// <summary>Text to token ids and back. Safe for concurrent use.</summary>
/// <remarks>Byte-level: the bytes of a text's tokens, joined, are the text's UTF-8 after the tokenizer's own normalisation.</remarks>
public interface ITextTokenizer
{
    /// <summary>One more than the largest token id.</summary>
    int VocabularySize { get; }

    /// <summary>The token that closes a document and fills padding.</summary>
    int EndOfTextToken { get; }

    /// <summary>The token ids of a text; nothing is added in front or behind.</summary>
    /// <param name="text">The text.</param>
    int[] Encode(string text);

    /// <summary>The text of token ids; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <param name="tokens">The token ids.</param>
    string Decode(ReadOnlySpan<int> tokens);

    /// <summary>The UTF-8 bytes that a token stands for; may be part of a character.</summary>
    /// <param name="token">The token id.</param>
    ReadOnlySpan<byte> TokenBytes(int token);
}
