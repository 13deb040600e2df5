using IfGuide.Storage.Corpora.Documents;

namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>A document and its tokens.</summary>
/// <param name="Document">The document.</param>
/// <param name="Tokens">Its tokens: of text, without end-of-text; of tokens, as they stand in the corpus.</param>
/// <param name="Altered">
/// Whether the tokens stand for another text: the tokenizer normalises, and character offsets refer to the normalised text.
/// </param>
/// <param name="Found">Numbers of the texts that a search found in it; null without a search, or when it has no text.</param>
internal sealed record EncodedDocument(CorpusDocument Document, int[] Tokens, bool Altered, IReadOnlyList<int>? Found);
