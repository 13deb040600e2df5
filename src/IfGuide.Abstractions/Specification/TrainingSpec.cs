namespace IfGuide.Abstractions.Specification;

/// <summary>How a model is trained: AdamW under a cosine schedule with linear warm-up.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.TrainingSpec")]
public sealed record TrainingSpec
{
    /// <summary>Optimizer steps of a round, unless said otherwise.</summary>
    public const int DefaultLocalSteps = 5;

    /// <summary>Outer learning rate, unless said otherwise: with no momentum, the mean of the workers' weights.</summary>
    public const double DefaultOuterLearningRate = 1;

    /// <summary>Outer momentum, unless said otherwise. The measurements stand in deploy/benchmarks/detox/README.md, "Rounds measured"; the paper's 0.7 and 0.9 are for hundreds of local steps.</summary>
    public const double DefaultOuterMomentum = 0;

    /// <summary>Passes over the corpus.</summary>
    [Id(0)] public int Epochs { get; init; } = 4;

    /// <summary>Sequences per optimizer step.</summary>
    [Id(1)] public int BatchSize { get; init; } = 256;

    /// <summary>Sequences per forward pass; null: <see cref="BatchSize"/>, at most 8.</summary>
    [Id(2)] public int? MicroBatchSize { get; init; }

    /// <summary>Peak learning rate.</summary>
    [Id(3)] public double LearningRate { get; init; } = 6e-4;

    /// <summary>Share of the steps that warm up linearly.</summary>
    [Id(4)] public double Warmup { get; init; } = 0.01;

    /// <summary>Decoupled weight decay.</summary>
    [Id(5)] public double WeightDecay { get; init; } = 4e-4;

    /// <summary>First moment's decay.</summary>
    [Id(6)] public double Beta1 { get; init; } = 0.9;

    /// <summary>Second moment's decay.</summary>
    [Id(7)] public double Beta2 { get; init; } = 0.95;

    /// <summary>Largest gradient norm; 0: no clipping.</summary>
    [Id(8)] public double GradientClip { get; init; } = 1.0;

    /// <summary>Precision of matrix products; weights and optimizer state are float32.</summary>
    [Id(9)] public MatrixPrecision Precision { get; init; } = MatrixPrecision.Float32;

    /// <summary>Optimizer steps between checkpoints.</summary>
    [Id(10)] public int CheckpointEvery { get; init; } = 500;

    /// <summary>Whether weight decay takes vectors (norm weights and biases) too; null: yes, as the reference does.</summary>
    [Id(11)] public bool? DecayVectors { get; init; }

    /// <summary>What a batch's summed loss is divided by; null: <see cref="BatchDivisor.Labels"/>.</summary>
    [Id(12)] public BatchDivisor? Normalise { get; init; }

    /// <summary>Held-out text, a jsonl, whose loss is measured during the training; null: not measured.</summary>
    [Id(13)] public string? Validation { get; init; }

    /// <summary>Optimizer steps between measurements of the held-out text; null: a twentieth of the training.</summary>
    [Id(14)] public int? ValidateEvery { get; init; }

    /// <summary>How far the held-out loss may rise above its lowest value (nats per token) before the training counts as diverged; null: 1.</summary>
    [Id(15)] public double? Divergence { get; init; }

    /// <summary>Workers that train side by side in rounds, each on its share of every batch (DiLoCo, arXiv 2311.08105); null: one, which trains without rounds.</summary>
    [Id(16)] public int? Workers { get; init; }

    /// <summary>Optimizer steps that a worker takes in a round; null: <see cref="DefaultLocalSteps"/>.</summary>
    [Id(17)] public int? LocalSteps { get; init; }

    /// <summary>Learning rate of the outer step that ends a round; null: <see cref="DefaultOuterLearningRate"/>.</summary>
    [Id(18)] public double? OuterLearningRate { get; init; }

    /// <summary>Nesterov momentum of the outer step; null: <see cref="DefaultOuterMomentum"/>.</summary>
    [Id(19)] public double? OuterMomentum { get; init; }
}

/// <summary>What the summed loss of a batch is divided by.</summary>
public enum BatchDivisor
{
    /// <summary>Its labels, those of each sequence's first token included.</summary>
    Labels,
    /// <summary>Its predicted positions, those without a label included.</summary>
    Positions,
}
