using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>Figures of a selection: of one behaviour, or of several together.</summary>
public sealed record SelectionMetrics
{
    /// <summary>Scores above it are candidates; null: of several behaviours, each has its own.</summary>
    public float? Threshold { get; init; }

    /// <summary>Tokens above the threshold; null: of several behaviours.</summary>
    public long? Candidates { get; init; }

    /// <summary>Tokens in the mask.</summary>
    public required long SelectedTokens { get; init; }

    /// <summary>Tokens of the corpus that are not padding.</summary>
    public required long CorpusTokens { get; init; }

    /// <summary>Sequences with at least one selected token.</summary>
    public required long SelectedSequences { get; init; }

    /// <summary>Sequences of the corpus.</summary>
    public required long Sequences { get; init; }

    /// <summary>Largest number of tokens that could be selected; null: of several behaviours.</summary>
    public long? Budget { get; init; }

    /// <summary>Whether the budget ended the selection; null: of several behaviours.</summary>
    public bool? StoppedOnBudget { get; init; }

    /// <summary>Tokens that more than one behaviour selected; null: of one behaviour.</summary>
    public long? SharedTokens { get; init; }

    /// <summary>What each two behaviours have in common; null: of one behaviour.</summary>
    public IReadOnlyList<SharedTokensRecord>? Overlaps { get; init; }

    /// <summary>The figures of one behaviour.</summary>
    internal static SelectionMetrics From(SelectionRecord record) => new()
    {
        Threshold = record.Threshold,
        Candidates = record.Candidates,
        SelectedTokens = record.SelectedTokens,
        CorpusTokens = record.CorpusTokens,
        SelectedSequences = record.SelectedSequences,
        Sequences = record.Sequences,
        Budget = record.Budget,
        StoppedOnBudget = record.StoppedOnBudget,
    };

    /// <summary>The figures of several behaviours together.</summary>
    internal static SelectionMetrics From(UnionRecord record) => new()
    {
        SelectedTokens = record.SelectedTokens,
        CorpusTokens = record.CorpusTokens,
        SelectedSequences = record.SelectedSequences,
        Sequences = record.Sequences,
        SharedTokens = record.SharedTokens,
        Overlaps = record.Overlaps,
    };
}
