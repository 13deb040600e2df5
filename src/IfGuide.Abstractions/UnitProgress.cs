namespace IfGuide.Abstractions;

/// <summary>Progress of a unit in its own measure.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.UnitProgress")]
public sealed record UnitProgress
{
    /// <summary>What is counted: <c>tokens</c>, <c>steps</c>, <c>samples</c>, <c>documents</c>.</summary>
    [Id(0)] public required string Measure { get; init; }

    /// <summary>How much is done.</summary>
    [Id(1)] public required long Done { get; init; }

    /// <summary>How much there is; 0 when unknown.</summary>
    [Id(2)] public required long Total { get; init; }

    /// <summary>A named number worth showing beside the bar, e.g. the loss; null: none.</summary>
    [Id(3)] public string? Note { get; init; }

    /// <summary>How a training stands; null for other units.</summary>
    [Id(4)] public TrainingFigures? Training { get; init; }
}
