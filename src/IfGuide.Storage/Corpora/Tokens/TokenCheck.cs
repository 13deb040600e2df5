using IfGuide.Abstractions;
using IfGuide.Storage.Corpora.Documents;

namespace IfGuide.Storage.Corpora.Tokens;

/// <summary>Checks that token ids of a user's file have a row in the model's embedding.</summary>
internal static class TokenCheck
{
    /// <summary>Readers split documents into pieces of at most so many tokens, whatever a file says.</summary>
    public const int MaxPieceTokens = 1 << 22;

    /// <summary>Requires an id of the vocabulary.</summary>
    /// <param name="id">The id.</param>
    /// <param name="vocabulary">What is known of the tokens.</param>
    /// <param name="path">The file.</param>
    /// <param name="token">Index of the token in it.</param>
    /// <returns>The id.</returns>
    /// <exception cref="UserErrorException">It is outside the vocabulary.</exception>
    public static int Require(long id, TokenVocabulary vocabulary, string path, long token)
    {
        if (id < 0 || id >= vocabulary.VocabularySize)
        {
            throw new UserErrorException(
                $"{path}, token {token}: found the id {id}, expected 0 to {vocabulary.VocabularySize - 1}, "
                + "the vocabulary of model and tokenizer: use the model and the tokenizer that the tokens were made for.");
        }

        return (int)id;
    }
}
