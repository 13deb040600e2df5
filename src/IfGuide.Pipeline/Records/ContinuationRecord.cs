using MessagePack;

namespace IfGuide.Pipeline.Records;

/// <summary>A prompt and what the model made of it.</summary>
[MessagePackObject]
public sealed record ContinuationRecord
{
    /// <summary>The prompt.</summary>
    [Key(0)] public required string Prompt { get; init; }

    /// <summary>Its class.</summary>
    [Key(1)] public required string PromptClass { get; init; }

    /// <summary>The worst continuation by the first classifier.</summary>
    [Key(2)] public required string Continuation { get; init; }

    /// <summary>Its toxicity.</summary>
    [Key(3)] public required double Toxicity { get; init; }
}
