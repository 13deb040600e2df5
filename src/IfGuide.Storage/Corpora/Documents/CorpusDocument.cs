namespace IfGuide.Storage.Corpora.Documents;

/// <summary>One document of a corpus.</summary>
/// <param name="Id">
/// The record's <c>id</c> when it is a string or a number, else <c>file:line</c>.
/// The name of a text file; <c>file:document</c> for tokens.
/// </param>
/// <param name="Text">Its text; empty when the corpus holds tokens.</param>
/// <param name="Source">The record's <c>source</c> when it is a string, else the file.</param>
/// <param name="File">The file, relative to the corpus' folder, with <c>/</c>.</param>
/// <param name="Line">
/// The line in the file, from 1, or the row of a table. In a file of tokens, the first token of the document, from 0.
/// </param>
public sealed record CorpusDocument(string Id, string Text, string Source, string File, long Line)
{
    /// <summary>Its tokens as the corpus has them, with a closing end-of-text token; null when the corpus holds text.</summary>
    public int[]? Tokens { get; init; }
}
