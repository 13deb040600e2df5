namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>A shard that is ready to be stored. It can be written until the next shard is asked for.</summary>
public sealed class PreparedShard
{
    private readonly ISequenceSource source;
    private readonly ShardDocuments? documents;

    internal PreparedShard(ISequenceSource source, SequenceStatistics statistics, ShardDocuments? documents)
    {
        this.source = source;
        this.documents = documents;
        Statistics = statistics;
    }

    /// <summary>Number of the shard, from 0.</summary>
    public required int Shard { get; init; }

    /// <summary>How many shards there are.</summary>
    public required int ShardCount { get; init; }

    /// <summary>Its first sequence in the corpus.</summary>
    public required long FirstSequence { get; init; }

    /// <summary>Its sequences.</summary>
    public required long Sequences { get; init; }

    /// <summary>Counts over its sequences.</summary>
    public SequenceStatistics Statistics { get; }

    /// <summary>Whether it has documents; a pretokenised corpus has none.</summary>
    public bool HasDocuments => documents is not null;

    /// <summary>Writes its documents as a <see cref="DocumentIndex"/>; memory holds a few of them.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    /// <exception cref="InvalidOperationException">It has no documents.</exception>
    public void WriteDocuments(Stream stream)
    {
        if (documents is null)
        {
            throw new InvalidOperationException("A pretokenised corpus has no documents.");
        }

        documents.Write(stream);
    }

    /// <summary>Writes its sequences as a <see cref="CorpusShardFile"/>.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    public void WriteSequences(Stream stream) => CorpusShardFile.Write(stream, source, FirstSequence, Sequences, Statistics);
}
