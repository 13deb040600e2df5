using MessagePack;

namespace IfGuide.Pipeline.Records;

/// <summary>How a training went.</summary>
[MessagePackObject]
public sealed record TrainingRecord
{
    /// <summary>What was trained: <c>proxy</c>, <c>base</c>, <c>suppressed</c>, …</summary>
    [Key(0)] public required string Variant { get; init; }

    /// <summary>One entry for each logged step, in order.</summary>
    [Key(1)] public required IReadOnlyList<TrainingPoint> Points { get; init; }

    /// <summary>Loss on held-out text, in order of the steps; empty: not measured.</summary>
    [Key(2)] public IReadOnlyList<ValidationPoint> Validations { get; init => field = value ?? []; } = [];
}

/// <summary>The held-out text at one moment of a training.</summary>
[MessagePackObject]
public sealed record ValidationPoint
{
    /// <summary>Optimizer steps taken; 0: before the first.</summary>
    [Key(0)] public required long Step { get; init; }

    /// <summary>Mean loss, nats per token.</summary>
    [Key(1)] public required double Loss { get; init; }
}

/// <summary>The training at one optimizer step.</summary>
[MessagePackObject]
public sealed record TrainingPoint
{
    /// <summary>Optimizer step, from 1.</summary>
    [Key(0)] public required long Step { get; init; }

    /// <summary>Mean cross-entropy of the batch's tokens, selected ones included, nats.</summary>
    [Key(1)] public required double Loss { get; init; }

    /// <summary>Mean cross-entropy of selected tokens, nats; null: none in these steps.</summary>
    [Key(2)] public double? SelectedLoss { get; init; }

    /// <summary>Gradient norm before clipping.</summary>
    [Key(3)] public required double GradientNorm { get; init; }

    /// <summary>Learning rate.</summary>
    [Key(4)] public required double LearningRate { get; init; }
}
