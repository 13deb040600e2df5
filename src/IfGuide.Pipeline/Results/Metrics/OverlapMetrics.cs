using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>Texts that occur twice among queries, prompts and corpus.</summary>
public sealed record OverlapMetrics
{
    /// <summary>What each two sets of texts share.</summary>
    public required IReadOnlyList<SetOverlapMetrics> Sets { get; init; }

    /// <summary>What of each set stands in the corpus.</summary>
    public required IReadOnlyList<CorpusOverlapMetrics> Corpus { get; init; }

    /// <summary>What has no text to compare: <c>corpus</c>, or query sets that are token arrays.</summary>
    public required IReadOnlyList<string> NotCompared { get; init; }

    /// <summary>The figures of what was found.</summary>
    internal static OverlapMetrics From(OverlapRecord record) => new()
    {
        Sets = [.. record.Sets.Select(SetOverlapMetrics.From)],
        Corpus = [.. record.Corpus.Select(CorpusOverlapMetrics.From)],
        NotCompared = record.NotCompared,
    };
}
