using IfGuide.Storage.Corpora;
using MessagePack;

namespace IfGuide.Storage.Queries;

/// <summary>One query: a continuation whose loss is measured, behind the prompt that it continues.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Completion">The continuation.</param>
/// <param name="Tokens">Tokens of both, encoded as one text and cut on the right.</param>
/// <param name="FirstLabel">First token that carries loss: the first with a byte of the continuation, but never the first of all, which nothing predicts.</param>
/// <param name="Line">Its line in the file, from 1.</param>
public sealed record Query(string Prompt, string Completion, ReadOnlyMemory<int> Tokens, int FirstLabel, long Line);

/// <summary>What reading a query set found.</summary>
/// <param name="Read">Records read.</param>
/// <param name="Kept">Queries with at least one token that carries loss.</param>
/// <param name="Empty">Records left out because the continuation is empty, or has nothing in front of its only token.</param>
/// <param name="CutAway">Records left out because they lost all their labels to truncation: the prompt alone fills the maximal length.</param>
/// <param name="LossTokens">Tokens that carry loss in the queries kept.</param>
[MessagePackObject]
public sealed record QueryCounts(
    [property: Key(0)] long Read, [property: Key(1)] long Kept, [property: Key(2)] long Empty, [property: Key(3)] long CutAway, [property: Key(4)] long LossTokens)
{
    /// <summary>Queries kept that lost a part of their continuation to the maximal length.</summary>
    [Key(5)] public long Shortened { get; init; }

    /// <summary>Where the first of those stand that were cut away: <c>file, line 3, 7</c>; empty when there are none.</summary>
    [Key(6)] public string CutAwayPlaces { get; init; } = string.Empty;

    /// <summary>What a person should know about it.</summary>
    /// <param name="name">Name of the query set: <c>toxic</c> or <c>nontoxic</c>.</param>
    public IReadOnlyList<string> Warnings(string name)
    {
        var warnings = new List<string>();
        if (Empty > 0)
        {
            warnings.Add(FormattableString.Invariant($"queries.{name}: {Empty:N0} of {Read:N0} records have nothing to measure (an empty continuation) and were left out."));
        }

        if (CutAway > 0)
        {
            warnings.Add(FormattableString.Invariant($"queries.{name}: {CutAway:N0} of {Read:N0} records lost their whole continuation to queries.max_length and were left out ({CutAwayPlaces})."));
        }

        return warnings;
    }
}

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
