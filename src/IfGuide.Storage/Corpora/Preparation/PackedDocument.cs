namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>A document's place among the packed tokens.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Its source.</param>
/// <param name="FirstToken">Its first token: sequence × length + position.</param>
/// <param name="TokenCount">Its tokens, with the closing end-of-text token where it has one.</param>
/// <param name="Closed">Whether the last of them is its closing end-of-text token; false when the document was cut.</param>
public sealed record PackedDocument(string Id, string Source, long FirstToken, long TokenCount, bool Closed);
