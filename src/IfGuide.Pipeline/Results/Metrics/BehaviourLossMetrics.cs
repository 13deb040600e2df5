using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>Losses of one behaviour's queries, mean nats per token.</summary>
public sealed record BehaviourLossMetrics
{
    /// <summary>Of its toxic queries; null: there are none.</summary>
    public double? ToxicQueryLoss { get; init; }

    /// <summary>Of its nontoxic queries; null: there are none.</summary>
    public double? NontoxicQueryLoss { get; init; }

    internal static BehaviourLossMetrics From(BehaviourLossRecord record) => new()
    {
        ToxicQueryLoss = record.ToxicQueryLoss,
        NontoxicQueryLoss = record.NontoxicQueryLoss,
    };
}
