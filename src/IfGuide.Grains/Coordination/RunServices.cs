using IfGuide.Grains.Compute;
using IfGuide.Grains.Records;
using IfGuide.Grains.Scheduling;
using IfGuide.Storage.Artifacts;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Coordination;

/// <summary>What a coordinator works with; one instance a silo.</summary>
/// <param name="Planner">Knows the units.</param>
/// <param name="Factory">Knows where a unit belongs.</param>
/// <param name="Store">The artifacts.</param>
/// <param name="Records">The records of runs.</param>
/// <param name="Ownership">Decides who may coordinate a run.</param>
/// <param name="Silos">Knows the compute silos.</param>
/// <param name="Submitted">The runs that this silo was asked to run.</param>
/// <param name="Options">The coordinator's numbers.</param>
/// <param name="Scheduling">The scheduler's numbers.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
public sealed record RunServices(
    IRunPlanner Planner,
    IUnitExecutorFactory Factory,
    IArtifactStore Store,
    RunRecords Records,
    IRunOwnership Ownership,
    ComputeSilos Silos,
    SubmittedRuns Submitted,
    CoordinationOptions Options,
    SchedulingOptions Scheduling,
    TimeProvider Time,
    ILogger<RunServices> Logger);

/// <summary>Waiting times of a coordinator.</summary>
public sealed record CoordinationOptions
{
    /// <summary>How long a unit is asked to wait for its end before it answers with its progress; at most 5 s.</summary>
    public TimeSpan UnitWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a call to a unit may take, beyond what it was asked to wait, before its silo counts as not answering.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How often progress is recorded, silos are looked up and a request to cancel is looked for.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a run that makes progress writes its record.</summary>
    public TimeSpan Checkpoint { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the supervisor looks for runs that should be running and are not.</summary>
    public TimeSpan Supervision { get; init; } = TimeSpan.FromSeconds(5);
}
