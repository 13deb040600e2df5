using MessagePack;

namespace IfGuide.Pipeline.Records;

/// <summary>What went through the store between the workers of a training.</summary>
[MessagePackObject]
public sealed record TrainingCommunication
{
    /// <summary>Workers of each round.</summary>
    [Key(0)] public required int Workers { get; init; }

    /// <summary>Optimizer steps of a round.</summary>
    [Key(1)] public required int LocalSteps { get; init; }

    /// <summary>Rounds.</summary>
    [Key(2)] public required int Rounds { get; init; }

    /// <summary>Predicted tokens of all workers together.</summary>
    [Key(3)] public required long Tokens { get; init; }

    /// <summary>Bytes of weights and of their changes, stored and read.</summary>
    [Key(4)] public required long WeightBytes { get; init; }

    /// <summary>Bytes of the workers' optimizer state and of its mean, stored and read.</summary>
    [Key(5)] public required long StateBytes { get; init; }

    /// <summary><see cref="WeightBytes"/> for each token.</summary>
    [IgnoreMember] public double WeightBytesPerToken => (double)WeightBytes / Math.Max(1, Tokens);

    /// <summary><see cref="StateBytes"/> for each token.</summary>
    [IgnoreMember] public double StateBytesPerToken => (double)StateBytes / Math.Max(1, Tokens);
}

/// <summary>Marks a part of a training's round as done.</summary>
[MessagePackObject]
public sealed record TrainingRoundRecord
{
    /// <summary>The round.</summary>
    [Key(0)] public required int Round { get; init; }

    /// <summary>Optimizer steps taken at its end.</summary>
    [Key(1)] public required long Step { get; init; }
}
