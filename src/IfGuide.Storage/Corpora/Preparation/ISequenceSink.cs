namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>Takes what a packer makes, in order.</summary>
public interface ISequenceSink
{
    /// <summary>Takes a sequence.</summary>
    /// <param name="tokens">Its token ids; valid during the call only.</param>
    /// <param name="attended">Tokens in front of the padding.</param>
    void AddSequence(ReadOnlySpan<int> tokens, int attended);

    /// <summary>Takes a document's place. Tokens behind the last sequence were dropped with the remainder.</summary>
    /// <param name="document">The document.</param>
    void AddDocument(PackedDocument document);
}
