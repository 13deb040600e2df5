using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Cli.Benchmarks;

/// <summary>What a variant changes.</summary>
internal sealed record BenchmarkVariant
{
    /// <summary>Its name; empty: nothing is changed.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Keys of the run file.</summary>
    public MappingNode Change { get; init; } = new([]);

    /// <summary>Its seeds; null: the benchmark's.</summary>
    public IReadOnlyList<long>? Seeds { get; init; }
}
