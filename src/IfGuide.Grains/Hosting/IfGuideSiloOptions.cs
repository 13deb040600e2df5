using IfGuide.Grains.Compute;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Records;
using IfGuide.Grains.Scheduling;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Hosting;

/// <summary>What a silo is for.</summary>
public enum SiloRole
{
    /// <summary>Computes and coordinates.</summary>
    All,
    /// <summary>Computes units.</summary>
    Compute,
    /// <summary>Coordinates runs; needs no libtorch.</summary>
    Control,
}

/// <summary>A silo's settings.</summary>
public sealed record IfGuideSiloOptions
{
    /// <summary>What the silo is for.</summary>
    public SiloRole Role { get; init; } = SiloRole.All;

    /// <summary>The artifacts.</summary>
    public required IArtifactStore Store { get; init; }

    /// <summary>The records, of the same store.</summary>
    public required IRecordStore Records { get; init; }

    /// <summary>The device that the silo computes on: <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads of one operation on the processor; null: one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>Makes the executors of units; null: the method's own, on <see cref="Device"/> with <see cref="Threads"/>.</summary>
    public IUnitExecutorFactory? Executors { get; init; }

    /// <summary>Plans runs; null: the method's own plan.</summary>
    public IRunPlanner? Planner { get; init; }

    /// <summary>Decides who may coordinate a run.</summary>
    public IRunOwnership Ownership { get; init; } = new ClusterRunOwnership();

    /// <summary>Which runs the silo revives.</summary>
    public SupervisionScope Supervision { get; init; } = SupervisionScope.Store;

    /// <summary>Waiting times of coordinators.</summary>
    public CoordinationOptions Coordination { get; init; } = new();

    /// <summary>How units are handed out.</summary>
    public SchedulingOptions Scheduling { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
