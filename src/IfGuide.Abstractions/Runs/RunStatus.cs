using IfGuide.Abstractions.Units;

namespace IfGuide.Abstractions;

/// <summary>Where a run stands.</summary>
public enum RunState
{
    /// <summary>Being computed.</summary>
    Running,
    /// <summary>Stopped by request.</summary>
    Cancelled,
    /// <summary>Stopped by a failure.</summary>
    Failed,
    /// <summary>Finished.</summary>
    Done,
    /// <summary>Its process died; submitting or resuming it goes on at the last finished unit.</summary>
    Interrupted,
}

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

/// <summary>A stage's progress.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.StageStatus")]
public sealed record StageStatus
{
    /// <summary>The stage.</summary>
    [Id(0)] public required Stage Stage { get; init; }

    /// <summary>Units of the stage; 0 until they are planned.</summary>
    [Id(1)] public required int Units { get; init; }

    /// <summary>Units whose artifact is in the store.</summary>
    [Id(2)] public required int Done { get; init; }

    /// <summary>Units whose artifact was already there when the run came to them.</summary>
    [Id(3)] public int Reused { get; init; }

    /// <summary>Share of the stage that is done, unfinished units counted in part; 0 to 1.</summary>
    [Id(4)] public double Progress { get; init; }

    /// <summary>Time spent in the stage.</summary>
    [Id(5)] public TimeSpan Elapsed { get; init; }

    /// <summary>Progress in the stage's own measure, summed over its units; null when it has none.</summary>
    [Id(6)] public UnitProgress? Detail { get; init; }
}

/// <summary>What an event tells.</summary>
public enum RunEventKind
{
    /// <summary>The run was submitted or resumed.</summary>
    Started,
    /// <summary>A stage began.</summary>
    StageStarted,
    /// <summary>A stage's progress changed.</summary>
    StageProgress,
    /// <summary>A stage ended.</summary>
    StageDone,
    /// <summary>A unit was lost and issued again.</summary>
    UnitReissued,
    /// <summary>Something worth a person's attention that stops nothing.</summary>
    Warning,
    /// <summary>The run ended well.</summary>
    Done,
    /// <summary>The run failed.</summary>
    Failed,
    /// <summary>The run was cancelled.</summary>
    Cancelled,
}

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
