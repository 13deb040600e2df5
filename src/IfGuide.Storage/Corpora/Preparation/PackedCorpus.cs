namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>Counts of a corpus that is packed.</summary>
/// <param name="Packing">What packing did.</param>
/// <param name="EmptyDocuments">Documents left out because they have no tokens.</param>
/// <param name="AlteredDocuments">Documents whose text the tokenizer normalises.</param>
internal sealed record PackedCorpus(PackingSummary Packing, long EmptyDocuments, long AlteredDocuments);
