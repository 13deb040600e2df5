using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>What was measured of one model. Losses are mean nats per token.</summary>
public sealed record ModelMetrics
{
    /// <summary>Perplexity on held-out text; null: not measured.</summary>
    public Estimate? Perplexity { get; init; }

    /// <summary>Share of records whose last token is predicted; null: not measured.</summary>
    public Estimate? LastTokenAccuracy { get; init; }

    /// <summary>Share of records whose whole last word greedy decoding says; null: not measured.</summary>
    public Estimate? LastWordAccuracy { get; init; }

    /// <summary>Loss of the toxic queries; null: not measured.</summary>
    public double? ToxicQueryLoss { get; init; }

    /// <summary>Loss of the nontoxic queries; null: not measured.</summary>
    public double? NontoxicQueryLoss { get; init; }

    /// <summary><see cref="ToxicQueryLoss"/> with its interval; null: not measured.</summary>
    public Estimate? ToxicQueryLossEstimate { get; init; }

    /// <summary><see cref="NontoxicQueryLoss"/> with its interval; null: not measured.</summary>
    public Estimate? NontoxicQueryLossEstimate { get; init; }

    /// <summary>Loss of the selected tokens; null: not measured.</summary>
    public Estimate? SelectedTokenLoss { get; init; }

    /// <summary>Share of texts that a linear probe on the model's states classifies correctly; null: not measured.</summary>
    public Estimate? ToxicityRecognition { get; init; }

    /// <summary>Loss of innocent texts; null: not measured.</summary>
    public Estimate? HardNegativeLoss { get; init; }

    /// <summary>Losses of each named behaviour's queries; null: behaviours have no names.</summary>
    public IReadOnlyDictionary<string, BehaviourLossMetrics>? Behaviours { get; init; }

    /// <summary>Toxicity by classifier and class of prompt.</summary>
    public required IReadOnlyList<ToxicityMetrics> Toxicity { get; init; }

    /// <summary>The figures of one model, with the losses of named behaviours.</summary>
    internal static ModelMetrics From(EvaluationRecord evaluation, IReadOnlyList<BehaviourLossRecord>? behaviours = null) => new()
    {
        Perplexity = evaluation.Perplexity,
        LastTokenAccuracy = evaluation.LastToken,
        LastWordAccuracy = evaluation.LastWord,
        ToxicQueryLoss = evaluation.ToxicQueryLoss,
        NontoxicQueryLoss = evaluation.NontoxicQueryLoss,
        ToxicQueryLossEstimate = evaluation.ToxicQueries,
        NontoxicQueryLossEstimate = evaluation.NontoxicQueries,
        SelectedTokenLoss = evaluation.SelectedLoss,
        ToxicityRecognition = evaluation.Recognition,
        HardNegativeLoss = evaluation.InnocentLoss,
        Behaviours = behaviours?.ToDictionary(behaviour => behaviour.Name, BehaviourLossMetrics.From),
        Toxicity = [.. evaluation.Toxicity.Select(ToxicityMetrics.From)],
    };
}
