using IfGuide.Abstractions.Specification;

namespace IfGuide.Cli.Benchmarks;

/// <summary>A run of a benchmark, ready to be submitted.</summary>
/// <param name="Variant">The variant's name; empty: the run file itself.</param>
/// <param name="Specification">The run.</param>
internal sealed record BenchmarkStep(string Variant, RunSpec Specification);
