using IfGuide.Storage.Overlap;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>What two sets of texts share.</summary>
public sealed record SetOverlapMetrics
{
    /// <summary>The first set.</summary>
    public required string First { get; init; }

    /// <summary>The second set.</summary>
    public required string Second { get; init; }

    /// <summary>Texts of the first set.</summary>
    public required long FirstTexts { get; init; }

    /// <summary>Texts of the second set.</summary>
    public required long SecondTexts { get; init; }

    /// <summary>Equal prompts.</summary>
    public required SharedTextMetrics Prompts { get; init; }

    /// <summary>Equal whole texts.</summary>
    public required SharedTextMetrics Wholes { get; init; }

    internal static SetOverlapMetrics From(SetOverlap sets) => new()
    {
        First = sets.First,
        Second = sets.Second,
        FirstTexts = sets.FirstTexts,
        SecondTexts = sets.SecondTexts,
        Prompts = SharedTextMetrics.From(sets, sets.Prompts),
        Wholes = SharedTextMetrics.From(sets, sets.Wholes),
    };
}
