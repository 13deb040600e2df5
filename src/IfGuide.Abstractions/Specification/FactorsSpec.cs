namespace IfGuide.Abstractions.Specification;

/// <summary>How the curvature of a layer is approximated.</summary>
public enum CurvatureStrategy
{
    /// <summary>Eigenvalue-corrected Kronecker factors (Grosse et al. 2023).</summary>
    Ekfac,
    /// <summary>Kronecker factors.</summary>
    Kfac,
    /// <summary>Mean squared gradient entries.</summary>
    Diagonal,
    /// <summary>No curvature: plain gradient products.</summary>
    Identity,
}

/// <summary>Whose labels the curvature is taken at.</summary>
public enum CurvatureLabels
{
    /// <summary>Sampled from the model: the Fisher.</summary>
    Sampled,
    /// <summary>The corpus' own: the empirical Fisher.</summary>
    Empirical,
}

/// <summary>Precision of the inputs of matrix products; accumulation is never below float32.</summary>
public enum MatrixPrecision
{
    /// <summary>float32.</summary>
    Float32,
    /// <summary>bfloat16 inputs, float32 accumulation.</summary>
    BFloat16,
}

/// <summary>How curvature is estimated.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.FactorsSpec")]
public sealed record FactorsSpec
{
    /// <summary>Approximation.</summary>
    [Id(0)] public CurvatureStrategy Strategy { get; init; } = CurvatureStrategy.Ekfac;

    /// <summary>Labels.</summary>
    [Id(1)] public CurvatureLabels Labels { get; init; } = CurvatureLabels.Sampled;

    /// <summary>Absolute damping; null: 0.1 × the layer's mean eigenvalue correction.</summary>
    [Id(2)] public double? Damping { get; init; }

    /// <summary>Number of sequences in the seeded sample; null: all.</summary>
    [Id(3)] public long? Sequences { get; init; }

    /// <summary>Precision of matrix products.</summary>
    [Id(4)] public MatrixPrecision Precision { get; init; } = MatrixPrecision.Float32;
}
