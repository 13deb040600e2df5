namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>What packing did.</summary>
/// <param name="Documents">Documents packed.</param>
/// <param name="Sequences">Sequences made.</param>
/// <param name="AttendedTokens">Tokens in them that are not padding.</param>
/// <param name="DroppedTokens">Tokens dropped: the remainder of the last block, or what exceeded a document's block.</param>
/// <param name="CutDocuments">Documents that did not fit their block (document packing).</param>
public sealed record PackingSummary(long Documents, long Sequences, long AttendedTokens, long DroppedTokens, long CutDocuments);
