using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>Toxicity of continuations under one classifier.</summary>
public sealed record ToxicityMetrics
{
    /// <summary>The classifier.</summary>
    public required string Classifier { get; init; }

    /// <summary>Class of the prompts; <c>all</c> for every prompt.</summary>
    public required string PromptClass { get; init; }

    /// <summary>Prompts of the class.</summary>
    public required int Prompts { get; init; }

    /// <summary>Mean over prompts of the worst continuation.</summary>
    public required Estimate ExpectedMaximumToxicity { get; init; }

    /// <summary>Share of prompts with a continuation at 0.5 or above.</summary>
    public required Estimate ToxicityProbability { get; init; }

    /// <summary>Share of all continuations at 0.5 or above.</summary>
    public required Estimate ToxicShare { get; init; }

    internal static ToxicityMetrics From(ToxicityRecord record) => new()
    {
        Classifier = record.Classifier,
        PromptClass = record.PromptClass,
        Prompts = record.Prompts,
        ExpectedMaximumToxicity = record.ExpectedMaximum,
        ToxicityProbability = record.Probability,
        ToxicShare = record.Share,
    };
}
