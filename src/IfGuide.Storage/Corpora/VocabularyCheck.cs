using IfGuide.Abstractions;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Corpora;

/// <summary>Checks that tokens have a row in the model's embedding.</summary>
internal static class VocabularyCheck
{
    /// <summary>Checks a record's tokens.</summary>
    /// <exception cref="UserErrorException">One is outside the vocabulary.</exception>
    public static void CheckTokens(ReadOnlySpan<int> tokens, int vocabularySize, string file, long line)
    {
        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)vocabularySize)
            {
                throw new UserErrorException(
                    $"{file}, line {line}: the tokenizer gives token {token}, but the model's vocabulary has {vocabularySize} tokens: "
                    + "use the tokenizer that belongs to the model.");
            }
        }
    }

    /// <summary>Checks the end-of-text token, which closes documents and fills padding.</summary>
    /// <exception cref="UserErrorException">It is outside the vocabulary.</exception>
    public static void CheckEndOfText(ITextTokenizer tokenizer, int vocabularySize)
    {
        var token = tokenizer.EndOfTextToken;
        if ((uint)token >= (uint)vocabularySize)
        {
            throw new UserErrorException(
                $"The tokenizer's end-of-text token is {token}, but the model's vocabulary has {vocabularySize} tokens: "
                + "use the tokenizer that belongs to the model.");
        }
    }
}
