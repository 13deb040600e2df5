using IfGuide.Storage.Corpora;

namespace IfGuide.Storage.Queries;

/// <summary>The queries of one set as a batch: of equal length, padded on the left.</summary>
public sealed class QuerySet : IDisposable
{
    private readonly IDisposable? owner;

    internal QuerySet(ISequenceSource sequences, QueryCounts counts, IReadOnlyList<Query> queries, IDisposable? owner = null)
    {
        Sequences = sequences;
        Counts = counts;
        Queries = queries;
        this.owner = owner;
    }

    /// <summary>The sequences: token ids padded on the left with end-of-text, labels −100 on padding and prompt, attention 0 on padding.</summary>
    public ISequenceSource Sequences { get; }

    /// <summary>What was read, kept and left out.</summary>
    public QueryCounts Counts { get; }

    /// <summary>The queries kept, in order, one per sequence; empty for token arrays.</summary>
    public IReadOnlyList<Query> Queries { get; }

    /// <summary>Writes the sequences as a <see cref="CorpusShardFile"/>.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    public void Write(Stream stream) => CorpusShardFile.Write(stream, Sequences, 0, Sequences.Sequences);

    /// <summary>Closes the token arrays.</summary>
    public void Dispose() => owner?.Dispose();
}
