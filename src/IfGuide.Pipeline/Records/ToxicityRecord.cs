using MessagePack;

namespace IfGuide.Pipeline.Records;

/// <summary>Toxicity of continuations under one classifier.</summary>
[MessagePackObject]
public sealed record ToxicityRecord
{
    /// <summary>The classifier.</summary>
    [Key(0)] public required string Classifier { get; init; }

    /// <summary>Class of the prompts; <c>all</c> for every prompt.</summary>
    [Key(1)] public required string PromptClass { get; init; }

    /// <summary>Prompts of the class.</summary>
    [Key(2)] public required int Prompts { get; init; }

    /// <summary>Expected maximum toxicity: mean over prompts of the worst continuation.</summary>
    [Key(3)] public required Estimate ExpectedMaximum { get; init; }

    /// <summary>Share of prompts with a continuation at 0.5 or above.</summary>
    [Key(4)] public required Estimate Probability { get; init; }

    /// <summary>Share of all continuations at 0.5 or above.</summary>
    [Key(5)] public required Estimate Share { get; init; }
}
