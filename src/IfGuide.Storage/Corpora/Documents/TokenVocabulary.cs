namespace IfGuide.Storage.Corpora.Documents;

/// <summary>What the reader of a corpus of tokens must know about the tokens.</summary>
/// <param name="VocabularySize">
/// Ids are below it. A file without header has two bytes a token where that is enough, else four.
/// </param>
/// <param name="EndOfText">
/// The token that ends a document in a file that has no index of documents; null when it is not known.
/// </param>
public sealed record TokenVocabulary(int VocabularySize, int? EndOfText);
