using IfGuide.Storage.Overlap;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>Texts that two sets share.</summary>
public sealed record SharedTextMetrics
{
    /// <summary>Texts of the first set that the second has too.</summary>
    public required long InFirst { get; init; }

    /// <summary>Their share of the first set, 0 to 1.</summary>
    public required double FirstShare { get; init; }

    /// <summary>Texts of the second set that the first has too.</summary>
    public required long InSecond { get; init; }

    /// <summary>Their share of the second set, 0 to 1.</summary>
    public required double SecondShare { get; init; }

    /// <summary>The first of them: <c>file, line</c> in the first set and in the second.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Places { get; init; }

    internal static SharedTextMetrics From(SetOverlap sets, SharedTexts shared) => new()
    {
        InFirst = shared.InFirst,
        FirstShare = CorpusOverlapMetrics.GetShare(shared.InFirst, sets.FirstTexts),
        InSecond = shared.InSecond,
        SecondShare = CorpusOverlapMetrics.GetShare(shared.InSecond, sets.SecondTexts),
        Places = shared.Places,
    };
}
