namespace IfGuide.Abstractions;

/// <summary>A training at its last step.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.TrainingFigures")]
public sealed record TrainingFigures
{
    /// <summary>The unit that trains.</summary>
    [Id(0)] public required string Unit { get; init; }

    /// <summary>Mean cross-entropy of the batch's tokens, nats.</summary>
    [Id(1)] public double? Loss { get; init; }

    /// <summary>Mean cross-entropy of its selected tokens, nats; null: it held none.</summary>
    [Id(2)] public double? SelectedLoss { get; init; }

    /// <summary>Mean loss of the held-out text at its last measurement, nats per token; null: not measured.</summary>
    [Id(3)] public double? ValidationLoss { get; init; }

    /// <summary>Norm of the gradient before clipping.</summary>
    [Id(4)] public double? GradientNorm { get; init; }

    /// <summary>Learning rate.</summary>
    [Id(5)] public double? LearningRate { get; init; }

    /// <summary>Predicted tokens a second, of late; summed over the units that run.</summary>
    [Id(6)] public double? TokensPerSecond { get; init; }

    /// <summary>Bytes of weights and of deltas that went through the store for each predicted token, up to the last round; null: one worker trains, and nothing needs to.</summary>
    [Id(7)] public double? CommunicationPerToken { get; init; }
}
