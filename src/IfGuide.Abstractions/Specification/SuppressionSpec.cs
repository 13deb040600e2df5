namespace IfGuide.Abstractions.Specification;

/// <summary>What happens to the loss of selected tokens.</summary>
public enum SuppressionObjective
{
    /// <summary>Weight −λ: gradient ascent (paper Eq. 9).</summary>
    Penalty,
    /// <summary>Ascent that stops once a token's loss reaches a cap.</summary>
    Hinge,
    /// <summary>−log(1 − p).</summary>
    Unlikelihood,
    /// <summary>Weight 0.</summary>
    Drop,
}

/// <summary>The suppression objective.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.SuppressionSpec")]
public sealed record SuppressionSpec
{
    /// <summary>Objective.</summary>
    [Id(0)] public SuppressionObjective Objective { get; init; } = SuppressionObjective.Penalty;

    /// <summary>λ of the objective; at least 0.</summary>
    [Id(1)] public double PenaltyWeight { get; init; } = 1.0;

    /// <summary>The loss (nats per token) at which the hinge stops; null: the loss on held-out text (<see cref="TrainingSpec.Validation"/>, else <see cref="EvaluationSpec.Perplexity"/>) at its last measurement; without such text, the logarithm of the vocabulary size, the loss of knowing nothing.</summary>
    [Id(2)] public double? HingeCap { get; init; }
}
