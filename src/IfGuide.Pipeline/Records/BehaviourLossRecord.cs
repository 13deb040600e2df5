using MessagePack;

namespace IfGuide.Pipeline.Records;

/// <summary>Mean losses per token of one behaviour's queries, nats.</summary>
[MessagePackObject]
public sealed record BehaviourLossRecord
{
    /// <summary>The behaviour.</summary>
    [Key(0)] public required string Name { get; init; }

    /// <summary>Of its toxic queries; null: there are none.</summary>
    [Key(1)] public double? ToxicQueryLoss { get; init; }

    /// <summary>Of its nontoxic queries; null: there are none.</summary>
    [Key(2)] public double? NontoxicQueryLoss { get; init; }
}
