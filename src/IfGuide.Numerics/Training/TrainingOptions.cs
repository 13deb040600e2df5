using IfGuide.Numerics.Suppression;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>How a model is trained: AdamW (decoupled weight decay) under a cosine schedule with linear warm-up.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the sequences; the batches of one pass run on into the next, so only the very last can be smaller.</summary>
    public required int Epochs { get; init; }

    /// <summary>Sequences per optimizer step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Sequences per forward pass; gradients of a step's passes add up.</summary>
    public required int MicroBatchSize { get; init; }

    /// <summary>Peak learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Seed of the data order.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Share of the steps that warm up linearly, in [0, 1].</summary>
    public double Warmup { get; init; } = 0.01;

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 4e-4;

    /// <summary>Whether vectors (norm weights and biases) decay too, as in the reference.</summary>
    public bool DecayVectors { get; init; } = true;

    /// <summary>First moment's decay.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Second moment's decay.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest gradient norm; 0: no clipping.</summary>
    public double GradientClip { get; init; } = 1.0;

    /// <summary>Precision of forward and backward: Float32, BFloat16 (over a float32 master copy), or Float64 throughout.</summary>
    public ScalarType Precision { get; init; } = ScalarType.Float32;

    /// <summary>What the summed objective of a batch is divided by.</summary>
    public LossNormalisation Normalisation { get; init; } = LossNormalisation.Labels;

    /// <summary>Trainers that share each batch, when a round's workers train side by side.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Which of them this one is, from 0: it takes the batch's sequences Worker, Worker + Workers, Worker + 2 Workers, …</summary>
    public int Worker { get; init; }

    /// <summary>What happens to selected tokens.</summary>
    public SuppressionOptions Suppression { get; init; } = SuppressionOptions.None;

    /// <summary>Optimizer steps over so many sequences.</summary>
    /// <param name="sequences">Sequences of the source.</param>
    public long TotalSteps(long sequences) => TotalSteps(sequences, Epochs, BatchSize);

    /// <summary>Optimizer steps of a training; the last one may have a smaller batch.</summary>
    /// <param name="sequences">Sequences of the source.</param>
    /// <param name="epochs">Passes over them.</param>
    /// <param name="batchSize">Sequences of a step.</param>
    public static long TotalSteps(long sequences, int epochs, int batchSize) =>
        (sequences * epochs + batchSize - 1) / batchSize;

    /// <summary>Refuses impossible settings.</summary>
    /// <exception cref="ArgumentException">The message names the setting, what was found and what was expected.</exception>
    public void Validate()
    {
        Require(Epochs >= 1, "epochs", Epochs, "1 or more");
        Require(BatchSize >= 1, "batch_size", BatchSize, "1 or more sequences");
        Require(MicroBatchSize >= 1, "micro_batch_size", MicroBatchSize, "1 or more sequences");
        ValidateOptimizer();
        Require(Workers >= 1 && Workers <= BatchSize, "workers", Workers, $"1 to the {BatchSize} sequences of a batch");
        Require(Worker >= 0 && Worker < Workers, "worker", Worker, $"0 to {Workers - 1}");
        var isKnown = Precision is ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float64;
        Require(isKnown, "precision", Precision, "float32, bfloat16 or float64");
    }

    private void ValidateOptimizer()
    {
        var isRate = LearningRate > 0 && double.IsFinite(LearningRate);
        Require(isRate, "learning_rate", LearningRate, "a positive number such as 6e-4");
        Require(Warmup is >= 0 and <= 1, "warmup", Warmup, "a share of the steps from 0 to 1");
        Require(WeightDecay >= 0, "weight_decay", WeightDecay, "0 or more");
        Require(Beta1 is >= 0 and < 1, "betas", Beta1, "two numbers from 0 to below 1");
        Require(Beta2 is >= 0 and < 1, "betas", Beta2, "two numbers from 0 to below 1");
        Require(GradientClip >= 0, "gradient_clip", GradientClip, "0 (no clipping) or a positive norm");
    }

    private static void Require(bool holds, string setting, object found, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException($"training {setting}: found {found}, expected {expected}.");
        }
    }
}
