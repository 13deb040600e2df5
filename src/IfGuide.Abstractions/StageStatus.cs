namespace IfGuide.Abstractions;

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
