namespace IfGuide.Storage.Corpora.Preparation;

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
    IReadOnlyList<long> ShardSequences,
    int Length,
    long AttendedTokens,
    long Documents,
    long EmptyDocuments,
    long AlteredDocuments,
    long DroppedTokens,
    long CutDocuments)
{
    /// <summary>Records that could not be read and were left out.</summary>
    public long BadRecords { get; init; }

    /// <summary>The first of them: file, place, and what is wrong.</summary>
    public IReadOnlyList<string> FirstBadRecords { get; init; } = [];

    /// <summary>Creates warnings that a person should read.</summary>
    public IReadOnlyList<string> CreateWarnings()
    {
        var warnings = new List<string>();
        AddDocuments(EmptyDocuments, "have no text and were left out.");
        var dropped = FormattableString.Invariant($"{DroppedTokens:N0} tokens were left out");
        AddDocuments(CutDocuments, $"are longer than corpus.block and were cut; {dropped}.");
        AddDocuments(
            AlteredDocuments, "are changed by the tokenizer's normalisation; character offsets refer to the changed text.");
        if (BadRecords > 0)
        {
            warnings.Add(DescribeBadRecords());
        }

        return warnings;

        void AddDocuments(long count, string text)
        {
            if (count > 0)
            {
                var all = Documents + EmptyDocuments;
                warnings.Add(FormattableString.Invariant($"corpus: {count:N0} of {all:N0} documents {text}"));
            }
        }
    }

    private string DescribeBadRecords()
    {
        var leftOut = "1 record could not be read and was left out";
        if (BadRecords > 1)
        {
            leftOut = FormattableString.Invariant($"{BadRecords:N0} records could not be read and were left out");
        }

        var named = string.Empty;
        if (BadRecords != FirstBadRecords.Count)
        {
            named = FormattableString.Invariant($" the first {FirstBadRecords.Count}:");
        }

        return $"corpus: {leftOut} (corpus.on_error: skip);{named} {string.Join(" | ", FirstBadRecords)}";
    }
}
