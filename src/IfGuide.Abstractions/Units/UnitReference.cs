namespace IfGuide.Abstractions.Units;

/// <summary>Names one unit of work: a pure function of its run's specification and prepared inputs.</summary>
/// <remarks>Carries names only; whoever computes the unit reads the specification and the inputs from the store.</remarks>
[GenerateSerializer, Immutable, Alias("ifguide.UnitReference")]
public sealed record UnitReference
{
    /// <summary>The run.</summary>
    [Id(0)] public required RunId Run { get; init; }

    /// <summary>Store name of the run's specification: it changes when the specification does.</summary>
    [Id(1)] public required string Specification { get; init; }

    /// <summary>Store name of the prepared inputs' manifest; null for the preparation itself.</summary>
    [Id(2)] public string? Inputs { get; init; }

    /// <summary>The stage.</summary>
    [Id(3)] public required Stage Stage { get; init; }

    /// <summary>The unit's name within its stage, e.g. <c>shard-00003</c>.</summary>
    [Id(4)] public required string Name { get; init; }

    /// <summary>Which grain class computes it.</summary>
    [Id(5)] public required UnitKind Kind { get; init; }

    /// <summary>Store name of the artifact that marks the unit as done; empty for the preparation, which names its own.</summary>
    [Id(6)] public required string Artifact { get; init; }
}
