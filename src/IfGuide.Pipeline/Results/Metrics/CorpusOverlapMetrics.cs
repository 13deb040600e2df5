using IfGuide.Storage.Overlap;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>What of one set of texts stands in the corpus.</summary>
public sealed record CorpusOverlapMetrics
{
    /// <summary>The set.</summary>
    public required string Set { get; init; }

    /// <summary>Texts that were looked for.</summary>
    public required long Sought { get; init; }

    /// <summary>Texts that were not, because they have too few words.</summary>
    public required long TooShort { get; init; }

    /// <summary>Texts that at least one document contains.</summary>
    public required long Found { get; init; }

    /// <summary>Their share of those that were looked for, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>Documents that contain at least one of the texts.</summary>
    public required long Documents { get; init; }

    /// <summary>The first texts that are found: <c>file, line</c> of the text, and of the first document that contains it.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Places { get; init; }

    internal static CorpusOverlapMetrics From(CorpusOverlap set) => new()
    {
        Set = set.Set,
        Sought = set.Sought,
        TooShort = set.TooShort,
        Found = set.Found,
        Share = GetShare(set.Found, set.Sought),
        Documents = set.Documents,
        Places = set.Places,
    };

    /// <summary>A share, 0 of nothing.</summary>
    internal static double GetShare(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
