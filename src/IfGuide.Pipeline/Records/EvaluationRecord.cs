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
