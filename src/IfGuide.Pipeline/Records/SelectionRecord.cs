using MessagePack;

namespace IfGuide.Pipeline.Records;

/// <summary>Summary of the selection; the mask and the order lie beside it.</summary>
[MessagePackObject]
public sealed record SelectionRecord
{
    /// <summary>Scores above it are candidates; of a selection of documents 0, the influence that a document must exceed.</summary>
    [Key(0)] public required float Threshold { get; init; }

    /// <summary>Tokens above the threshold; of a selection of documents, those.</summary>
    [Key(1)] public required long Candidates { get; init; }

    /// <summary>Tokens in the mask.</summary>
    [Key(2)] public required long SelectedTokens { get; init; }

    /// <summary>Tokens of the corpus that are not padding.</summary>
    [Key(3)] public required long CorpusTokens { get; init; }

    /// <summary>Sequences with at least one selected token.</summary>
    [Key(4)] public required long SelectedSequences { get; init; }

    /// <summary>Sequences of the corpus.</summary>
    [Key(5)] public required long Sequences { get; init; }

    /// <summary>Largest number of tokens that could be selected.</summary>
    [Key(6)] public required long Budget { get; init; }

    /// <summary>True when the next span, or a document, would have exceeded the budget.</summary>
    [Key(7)] public required bool StoppedOnBudget { get; init; }

    /// <summary>Distribution of the scores.</summary>
    [Key(8)] public required ScoreHistogram Histogram { get; init; }
}

/// <summary>Counts of scores in equal bins.</summary>
[MessagePackObject]
public sealed record ScoreHistogram
{
    /// <summary>Smallest score.</summary>
    [Key(0)] public required float Lowest { get; init; }

    /// <summary>Largest score.</summary>
    [Key(1)] public required float Highest { get; init; }

    /// <summary>Counts of equal bins from <see cref="Lowest"/> to <see cref="Highest"/>.</summary>
    [Key(2)] public required IReadOnlyList<long> Counts { get; init; }
}
