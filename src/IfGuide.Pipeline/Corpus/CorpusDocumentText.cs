using IfGuide.Storage.Corpora;

namespace IfGuide.Pipeline.Corpus;

/// <summary>A document of the corpus.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="FirstToken">Index of its first token in the corpus: sequence × length + position.</param>
/// <param name="TokenCount">Its tokens, a closing end-of-text token included.</param>
/// <param name="Text">Its text, and each token's place in it.</param>
internal sealed record CorpusDocumentText(string Id, string Source, long FirstToken, int TokenCount, DocumentText Text)
{
    /// <summary>Tokens of the corpus that overlap a range of the document's characters.</summary>
    public long[] TokensIn(int start, int end) =>
        [.. Enumerable.Range(0, TokenCount).Where(token => Text.CharacterSpans[token].Start < end && Text.CharacterSpans[token].End > start).Select(token => FirstToken + token)];
}
