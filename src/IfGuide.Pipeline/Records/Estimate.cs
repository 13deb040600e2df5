using MessagePack;

namespace IfGuide.Pipeline.Records;

/// <summary>A number with its 95 % bootstrap interval.</summary>
[MessagePackObject]
public sealed record Estimate
{
    /// <summary>The number.</summary>
    [Key(0)] public required double Value { get; init; }

    /// <summary>Lower end.</summary>
    [Key(1)] public required double Low { get; init; }

    /// <summary>Upper end.</summary>
    [Key(2)] public required double High { get; init; }
}
