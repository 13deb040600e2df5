namespace IfGuide.Numerics.Tests.Curvature;

/// <summary>Tests that count live tensors, or collect garbage without pause, run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountsTensors
{
    public const string Name = "counts tensors";
}
