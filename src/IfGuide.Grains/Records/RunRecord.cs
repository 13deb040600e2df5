using IfGuide.Abstractions;
using IfGuide.Grains.Scheduling;

namespace IfGuide.Grains.Records;

/// <summary>What a run leaves in the store: enough to resume it and to tell about it without its process. What is done, the artifacts say.</summary>
public sealed record RunRecord
{
    /// <summary>The state name under which runs are stored.</summary>
    public const string StateName = "runs";

    /// <summary>The newest form of this record that this build knows. Raise it with a property that an older build must not lose.</summary>
    public const int NewestSchemaVersion = 1;

    /// <summary>Version of this record's form.</summary>
    public int SchemaVersion { get; init; } = NewestSchemaVersion;

    /// <summary>The run.</summary>
    public RunId Run { get; init; }

    /// <summary>The last state that was written; a run whose process died still says running.</summary>
    public RunState State { get; init; }

    /// <summary>Store name of the specification.</summary>
    public string Specification { get; init; } = string.Empty;

    /// <summary>Last stage; null: to the end.</summary>
    public Stage? Until { get; init; }

    /// <summary>Store name of the prepared inputs; null until they are prepared.</summary>
    public string? Inputs { get; init; }

    /// <summary>When the run was first submitted.</summary>
    public DateTimeOffset Submitted { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Who runs it, or ran it last.</summary>
    public string Owner { get; init; } = string.Empty;

    /// <summary>The cluster that runs it, or ran it last; null: a process over a folder, which file locks tell of.</summary>
    public string? Cluster { get; init; }

    /// <summary>When whoever runs it last wrote the record; null: it was given back.</summary>
    public DateTimeOffset? Beat { get; init; }

    /// <summary>The activation that wrote the record last; a random word.</summary>
    public string Writer { get; init; } = string.Empty;

    /// <summary>Why it failed.</summary>
    public RunFailure? Failure { get; init; }

    /// <summary>Its stages.</summary>
    public IReadOnlyList<StageStatus> Stages { get; init; } = [];

    /// <summary>Its recent events.</summary>
    public IReadOnlyList<RunEvent> Events { get; init; } = [];

    /// <summary>Sequence number of the last event.</summary>
    public long LastSequence { get; init; }

    /// <summary>Every pair of specification and inputs that the run has had, so that a deletion finds what they made.</summary>
    public IReadOnlyList<RunVersion> Versions { get; init; } = [];

    /// <summary>Silos that died while they computed a unit; null: none since the run was submitted or resumed.</summary>
    public IReadOnlyList<UnitDeaths>? Deaths { get; init; }

    /// <summary>The status for clients.</summary>
    /// <param name="interrupted">Whether nobody runs it although it says running.</param>
    public RunStatus ToStatus(bool interrupted) => new()
    {
        Run = Run,
        State = interrupted && State == RunState.Running ? RunState.Interrupted : State,
        Stages = Stages,
        Submitted = Submitted,
        Ended = Ended,
        Failure = Failure,
        Specification = Specification,
        Inputs = Inputs,
    };
}

/// <summary>A specification with the inputs prepared for it.</summary>
/// <param name="Specification">Store name of the specification.</param>
/// <param name="Inputs">Store name of the inputs' manifest; null: not prepared.</param>
public sealed record RunVersion(string Specification, string? Inputs);
