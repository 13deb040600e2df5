namespace IfGuide.Storage.Corpora;

/// <summary>What the preparation of a corpus made.</summary>
/// <param name="ShardSequences">Sequences of each shard.</param>
/// <param name="Length">Tokens per sequence.</param>
/// <param name="AttendedTokens">Tokens that are not padding.</param>
/// <param name="Documents">Documents packed; 0 for a pretokenised corpus.</param>
/// <param name="EmptyDocuments">Documents left out because they have no text.</param>
/// <param name="AlteredDocuments">Documents whose text the tokenizer normalises: character offsets refer to the normalised text.</param>
/// <param name="DroppedTokens">Tokens left out: the remainder of the last block, or what exceeded a document's block.</param>
/// <param name="CutDocuments">Documents longer than their block (document packing).</param>
public sealed record PreparedCorpus(
    IReadOnlyList<long> ShardSequences, int Length, long AttendedTokens, long Documents, long EmptyDocuments, long AlteredDocuments, long DroppedTokens, long CutDocuments)
{
    /// <summary>Records that could not be read and were left out.</summary>
    public long BadRecords { get; init; }

    /// <summary>The first of them: file, place, and what is wrong.</summary>
    public IReadOnlyList<string> FirstBadRecords { get; init; } = [];

    /// <summary>What a person should know about it.</summary>
    public IReadOnlyList<string> Warnings()
    {
        var warnings = new List<string>();
        void Add(long count, string text)
        {
            if (count > 0)
            {
                warnings.Add(FormattableString.Invariant($"corpus: {count:N0} of {Documents + EmptyDocuments:N0} documents {text}"));
            }
        }

        Add(EmptyDocuments, "have no text and were left out.");
        Add(CutDocuments, FormattableString.Invariant($"are longer than corpus.block and were cut; {DroppedTokens:N0} tokens were left out."));
        Add(AlteredDocuments, "are changed by the tokenizer's normalisation; character offsets refer to the changed text.");
        if (BadRecords > 0)
        {
            var all = BadRecords == FirstBadRecords.Count ? string.Empty : FormattableString.Invariant($" the first {FirstBadRecords.Count}:");
            warnings.Add(FormattableString.Invariant($"corpus: {BadRecords:N0} record{(BadRecords == 1 ? string.Empty : "s")} could not be read and {(BadRecords == 1 ? "was" : "were")} left out (corpus.on_error: skip);{all} {string.Join(" | ", FirstBadRecords)}"));
        }

        return warnings;
    }
}
