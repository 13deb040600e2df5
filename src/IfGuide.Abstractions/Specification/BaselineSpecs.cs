namespace IfGuide.Abstractions.Specification;

/// <summary>How reward-augmented decoding (arXiv 2310.09520) weighs: softmax(logit + beta × reward) over the likeliest tokens; the reward is 1 − toxicity under the linear classifier.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.RadSpec")]
public sealed record RadSpec
{
    /// <summary>Candidates at each step.</summary>
    [Id(0)] public int TopK { get; init; } = 20;

    /// <summary>What a reward of 1 adds to a logit.</summary>
    [Id(1)] public double Beta { get; init; } = 10;
}

/// <summary>How the base model is tuned by direct preference optimisation (arXiv 2305.18290) on pairs of the query sets.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.DpoSpec")]
public sealed record DpoSpec
{
    /// <summary>How much a margin over the base model counts.</summary>
    [Id(0)] public double Beta { get; init; } = 0.1;

    /// <summary>Passes over the pairs.</summary>
    [Id(1)] public int Epochs { get; init; } = 2;

    /// <summary>Pairs per optimizer step.</summary>
    [Id(2)] public int BatchSize { get; init; } = 16;

    /// <summary>Peak learning rate.</summary>
    [Id(3)] public double LearningRate { get; init; } = 1e-5;
}
