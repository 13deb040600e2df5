namespace IfGuide.Abstractions.Units;

/// <summary>Answer of <see cref="IUnitGrain.Ensure"/>.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.UnitStatus")]
public sealed record UnitStatus
{
    /// <summary>State.</summary>
    [Id(0)] public required UnitState State { get; init; }

    /// <summary>Store name of the artifact, when done.</summary>
    [Id(1)] public string? Artifact { get; init; }

    /// <summary>Share of the unit that is done, 0 to 1.</summary>
    [Id(2)] public double Progress { get; init; }

    /// <summary>What the unit counts and how much of it is done, e.g. tokens or optimizer steps.</summary>
    [Id(3)] public UnitProgress? Detail { get; init; }

    /// <summary>Why it failed.</summary>
    [Id(4)] public RunFailure? Failure { get; init; }

    /// <summary>The silo that answered.</summary>
    [Id(5)] public string? Silo { get; init; }
}
