namespace IfGuide.Storage.Corpora;

/// <summary>One document of a corpus.</summary>
/// <param name="Id">The record's <c>id</c> when it is a string or a number, else <c>file:line</c>; for a text file, the file.</param>
/// <param name="Text">Its text.</param>
/// <param name="Source">The record's <c>source</c> when it is a string, else the file.</param>
/// <param name="File">The file, relative to the corpus' folder, with <c>/</c>.</param>
/// <param name="Line">The line in the file, from 1.</param>
public sealed record CorpusDocument(string Id, string Text, string Source, string File, long Line);
