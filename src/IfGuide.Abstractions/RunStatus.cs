namespace IfGuide.Abstractions;

/// <summary>A snapshot of a run.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.RunStatus")]
public sealed record RunStatus
{
    /// <summary>The run.</summary>
    [Id(0)] public required RunId Run { get; init; }

    /// <summary>Its state.</summary>
    [Id(1)] public required RunState State { get; init; }

    /// <summary>One entry for each stage that the run has, in order.</summary>
    [Id(2)] public required IReadOnlyList<StageStatus> Stages { get; init => field = value.ToArray(); }

    /// <summary>When the run was first submitted.</summary>
    [Id(3)] public required DateTimeOffset Submitted { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    [Id(4)] public DateTimeOffset? Ended { get; init; }

    /// <summary>Why it failed.</summary>
    [Id(5)] public RunFailure? Failure { get; init; }

    /// <summary>Store name of the specification.</summary>
    [Id(6)] public required string Specification { get; init; }

    /// <summary>Store name of the prepared inputs' manifest; null until the inputs are prepared.</summary>
    [Id(7)] public string? Inputs { get; init; }
}
