namespace IfGuide.Abstractions;

/// <summary>Something that happened to a run.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.RunEvent")]
public sealed record RunEvent
{
    /// <summary>Position in the run's events, from 1.</summary>
    [Id(0)] public required long Sequence { get; init; }

    /// <summary>When it happened.</summary>
    [Id(1)] public required DateTimeOffset Time { get; init; }

    /// <summary>What happened.</summary>
    [Id(2)] public required RunEventKind Kind { get; init; }

    /// <summary>The stage concerned, with its progress.</summary>
    [Id(3)] public StageStatus? Stage { get; init; }

    /// <summary>A sentence for people.</summary>
    [Id(4)] public string? Message { get; init; }

    /// <summary>The failure, for <see cref="RunEventKind.Failed"/>.</summary>
    [Id(5)] public RunFailure? Failure { get; init; }
}
