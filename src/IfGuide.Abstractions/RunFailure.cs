namespace IfGuide.Abstractions;

/// <summary>Why a unit or a run failed.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.RunFailure")]
public sealed record RunFailure
{
    /// <summary>One message that names file, place and remedy.</summary>
    [Id(0)] public required string Message { get; init; }

    /// <summary>True when the user's input or arguments are at fault (exit code 2); false when IfGuide or its surroundings are (exit code 1).</summary>
    [Id(1)] public required bool UserFault { get; init; }

    /// <summary>The stage, when one was running.</summary>
    [Id(2)] public Stage? Stage { get; init; }

    /// <summary>The unit's name, when one failed.</summary>
    [Id(3)] public string? Unit { get; init; }

    /// <summary>The silo where it failed.</summary>
    [Id(4)] public string? Silo { get; init; }

    /// <summary>The exception with its stack, for <c>--verbose</c>.</summary>
    [Id(5)] public string? Detail { get; init; }

    /// <summary>What kind of failure it is.</summary>
    [Id(6)] public FailureKind Kind { get; init; }

    /// <summary>Store name of the artifact concerned; null: none.</summary>
    [Id(7)] public string? Artifact { get; init; }
}
