namespace IfGuide.Abstractions.Units;

/// <summary>Which grain class computes a unit.</summary>
public enum UnitKind
{
    /// <summary>Inputs; <see cref="IPreparationGrain"/>.</summary>
    Preparation,
    /// <summary>One corpus or query shard; <see cref="ICorpusShardGrain"/>.</summary>
    CorpusShard,
    /// <summary>One group of layers; <see cref="ILayerFactorGrain"/>.</summary>
    LayerFactor,
    /// <summary>The selection; <see cref="ISelectionGrain"/>.</summary>
    Selection,
    /// <summary>One training; <see cref="ITrainingGrain"/>.</summary>
    Training,
    /// <summary>One piece of the evaluation, or the report; <see cref="IEvaluationGrain"/>.</summary>
    Evaluation,
}

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

/// <summary>Where a unit stands.</summary>
public enum UnitState
{
    /// <summary>Waiting for the device.</summary>
    Queued,
    /// <summary>Being computed.</summary>
    Running,
    /// <summary>The artifact is in the store.</summary>
    Done,
    /// <summary>It failed, and would fail again.</summary>
    Failed,
}

/// <summary>Answer of <see cref="IUnitGrain.Ensure"/>.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.UnitStatus")]
public sealed record UnitStatus
{
    /// <summary>State.</summary>
    [Id(0)] public required UnitState State { get; init; }

    /// <summary>Store name of the artifact, when done.</summary>
    [Id(1)] public string? Artifact { get; init; }

    /// <summary>Share of the unit that is done, 0 to 1.</summary>
    [Id(2)] public double Progress { get; init; }

    /// <summary>What the unit counts and how much of it is done, e.g. tokens or optimizer steps.</summary>
    [Id(3)] public UnitProgress? Detail { get; init; }

    /// <summary>Why it failed.</summary>
    [Id(4)] public RunFailure? Failure { get; init; }

    /// <summary>The silo that answered.</summary>
    [Id(5)] public string? Silo { get; init; }
}

/// <summary>Progress of a unit in its own measure.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.UnitProgress")]
public sealed record UnitProgress
{
    /// <summary>What is counted: <c>tokens</c>, <c>steps</c>, <c>samples</c>, <c>documents</c>.</summary>
    [Id(0)] public required string Measure { get; init; }

    /// <summary>How much is done.</summary>
    [Id(1)] public required long Done { get; init; }

    /// <summary>How much there is; 0 when unknown.</summary>
    [Id(2)] public required long Total { get; init; }

    /// <summary>A named number worth showing beside the bar, e.g. the loss; null: none.</summary>
    [Id(3)] public string? Note { get; init; }

    /// <summary>How a training stands; null for other units.</summary>
    [Id(4)] public TrainingFigures? Training { get; init; }
}

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

/// <summary>What kind of thing made a unit or a run fail, for those who must decide what to do about it. The numbers are wire and record format.</summary>
public enum FailureKind
{
    /// <summary>IfGuide or its surroundings: the unit would fail again.</summary>
    Internal = 0,
    /// <summary>The user's input or arguments.</summary>
    User = 1,
    /// <summary>The store could not be reached; it may be later, without anybody's help.</summary>
    StoreUnavailable = 2,
    /// <summary>The store refused: it is full, or access is denied. Somebody must act.</summary>
    StoreRefused = 3,
    /// <summary>An artifact's bytes are damaged; <see cref="RunFailure.Artifact"/> names it.</summary>
    ArtifactCorrupt = 4,
    /// <summary>An artifact that was there when the unit was planned is gone; <see cref="RunFailure.Artifact"/> names it.</summary>
    ArtifactMissing = 5,
    /// <summary>The silo stops, or its queue is full: it hands the unit back, and another may compute it.</summary>
    HandedBack = 6,
}

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
