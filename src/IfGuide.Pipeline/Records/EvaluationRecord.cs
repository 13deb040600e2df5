using MessagePack;

namespace IfGuide.Pipeline.Records;

/// <summary>What was measured of one model.</summary>
[MessagePackObject]
public sealed record EvaluationRecord
{
    /// <summary>The model: <c>base</c>, <c>suppressed</c>, …</summary>
    [Key(0)] public required string Variant { get; init; }

    /// <summary>Perplexity on held-out text; null: not measured.</summary>
    [Key(1)] public Estimate? Perplexity { get; init; }

    /// <summary>Share of records whose last token is predicted; null: not measured.</summary>
    [Key(2)] public Estimate? LastToken { get; init; }

    /// <summary>Toxicity by classifier and class of prompt.</summary>
    [Key(3)] public required IReadOnlyList<ToxicityRecord> Toxicity { get; init; }

    /// <summary>Sampled continuations of a few prompts.</summary>
    [Key(4)] public required IReadOnlyList<ContinuationRecord> Examples { get; init; }

    /// <summary>Mean loss per token of the toxic queries, nats.</summary>
    [Key(5)] public double? ToxicQueryLoss { get; init; }

    /// <summary>Mean loss per token of the nontoxic queries, nats.</summary>
    [Key(6)] public double? NontoxicQueryLoss { get; init; }

    /// <summary>Share of records whose whole last word greedy decoding says; null: not measured.</summary>
    [Key(7)] public Estimate? LastWord { get; init; }

    /// <summary><see cref="ToxicQueryLoss"/> with its interval, queries resampled; null: not measured.</summary>
    [Key(8)] public Estimate? ToxicQueries { get; init; }

    /// <summary><see cref="NontoxicQueryLoss"/> with its interval, queries resampled; null: not measured.</summary>
    [Key(9)] public Estimate? NontoxicQueries { get; init; }

    /// <summary>Mean loss of the selected tokens of a sample of the corpus' sequences, nats; null: not measured.</summary>
    [Key(10)] public Estimate? SelectedLoss { get; init; }

    /// <summary>Share of texts, half of them toxic, that a linear probe on the model's states tells rightly; null: not measured.</summary>
    [Key(11)] public Estimate? Recognition { get; init; }

    /// <summary>Mean loss per token of innocent texts, nats; null: not measured.</summary>
    [Key(12)] public Estimate? InnocentLoss { get; init; }
}

/// <summary>A number with its 95 % bootstrap interval.</summary>
[MessagePackObject]
public sealed record Estimate
{
    /// <summary>The number.</summary>
    [Key(0)] public required double Value { get; init; }

    /// <summary>Lower end.</summary>
    [Key(1)] public required double Low { get; init; }

    /// <summary>Upper end.</summary>
    [Key(2)] public required double High { get; init; }
}

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
