using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>Keys of <c>training</c>, of the target and of a proxy from scratch.</summary>
internal static class TrainingKeys
{
    private static readonly WholeNumberKind<int> Positive = new(1);

    private static readonly ListKind<double> Betas =
        new("two numbers, each at least 0 and below 1, such as [0.9, 0.95]", NumberKind.FromBelow(0, 1), 2, 2, isDistinct: false);

    private static readonly ChoiceKind<BatchDivisor> Divisor =
        new(("labels", BatchDivisor.Labels), ("positions", BatchDivisor.Positions));

    public static Section<TrainingSpec> Training { get; } = new(
        () => new TrainingSpec(),
        [.. Steps, .. Optimizer, .. HeldOut, .. Rounds])
    {
        OnlyBeside =
        [
            ("divergence", "validation"),
            ("local_steps", "workers"),
            ("outer_learning_rate", "workers"),
            ("outer_momentum", "workers"),
        ],
        Rule = FindContradiction,
        Canonical = training => training.Workers is null
            ? training with { LocalSteps = null, OuterLearningRate = null, OuterMomentum = null }
            : training,
    };

    private static IEnumerable<Key<TrainingSpec>> Steps =>
    [
        Count(
            "epochs",
            training => training.Epochs,
            (training, count) => training with { Epochs = count },
            "Passes over the corpus.",
            "4"),
        Count(
            "batch_size",
            training => training.BatchSize,
            (training, count) => training with { BatchSize = count },
            "Sequences per optimizer step.",
            "256"),
        Count(
            "micro_batch_size",
            training => training.MicroBatchSize,
            (training, count) => training with { MicroBatchSize = count },
            "Sequences per forward pass; by default batch_size, at most 8."),
    ];

    private static IEnumerable<Key<TrainingSpec>> Optimizer =>
    [
        Number(
            "learning_rate",
            NumberKind.MoreThan(0),
            training => training.LearningRate,
            (training, rate) => training with { LearningRate = rate },
            "Peak learning rate.", "6e-4"),
        Number(
            "warmup", NumberKind.From(0, 1), training => training.Warmup, (training, share) => training with { Warmup = share },
            "Share of the steps that warm up linearly.", "0.01"),
        Number(
            "weight_decay",
            NumberKind.AtLeast(0),
            training => training.WeightDecay,
            (training, decay) => training with { WeightDecay = decay },
            "Decoupled weight decay.", "4e-4"),
        Key<TrainingSpec>.Of(
            "betas",
            Betas,
            training => (double[])[training.Beta1, training.Beta2],
            (training, betas) => training with { Beta1 = betas[0], Beta2 = betas[1] },
            "Decay of the first and second moment.",
            "[0.9, 0.95]"),
        Number(
            "gradient_clip",
            NumberKind.AtLeast(0),
            training => training.GradientClip,
            (training, norm) => training with { GradientClip = norm },
            "Largest gradient norm; 0: no clipping.", "1.0"),
        Key<TrainingSpec>.Of(
            "precision",
            InfluenceKeys.Precision,
            training => training.Precision,
            (training, precision) => training with { Precision = precision },
            "Precision of matrix products; weights and optimizer state are float32.",
            "\"float32\""),
        Count(
            "checkpoint_every",
            training => training.CheckpointEvery,
            (training, count) => training with { CheckpointEvery = count },
            "Optimizer steps between checkpoints.",
            "500"),
        Key<TrainingSpec>.Of(
            "decay_vectors",
            new FlagKind(),
            training => training.DecayVectors,
            (training, decay) => training with { DecayVectors = decay ? null : false },
            "Whether weight decay takes norm weights and biases too, as the reference does.",
            "true"),
        Key<TrainingSpec>.Of(
            "normalise",
            Divisor,
            training => training.Normalise,
            (training, divisor) => training with { Normalise = divisor == BatchDivisor.Labels ? null : divisor },
            "What a batch's summed loss is divided by: labels, those of first tokens included (transformers' num_items_in_batch); or predicted positions (torch's mean).",
            "\"labels\""),
    ];

    private static IEnumerable<Key<TrainingSpec>> HeldOut =>
    [
        Key<TrainingSpec>.Of(
            "validation",
            new PathKind("the path of a .jsonl file"),
            training => training.Validation,
            (training, path) => training with { Validation = path },
            "Held-out text, records {text}, whose loss is measured before the first step, every validate_every steps and at the end."),
        Count(
            "validate_every",
            training => training.ValidateEvery,
            (training, count) => training with { ValidateEvery = count },
            "Optimizer steps between measurements of the held-out text; by default a twentieth of the training."),
        Number(
            "divergence",
            NumberKind.MoreThan(0),
            training => training.Divergence,
            (training, bound) => training with { Divergence = bound },
            "How far the held-out loss may rise above its lowest value, in nats per token, before the training stops as diverged; by default 1."),
    ];

    private static IEnumerable<Key<TrainingSpec>> Rounds =>
    [
        Count(
            "workers",
            training => training.Workers,
            (training, count) => training with { Workers = count == 1 ? null : count },
            "Workers that train side by side in rounds (DiLoCo), each on its share of every batch, on as many silos as there are; 1: no rounds. A worker's rate is learning_rate times the square root of their number N, its second beta the N-th root. Part of the result, as the seed is; the number of silos is not.",
            "1"),
        Count(
            "local_steps",
            training => training.LocalSteps,
            (training, count) => training with { LocalSteps = count },
            $"Optimizer steps of each worker in a round; by default {TrainingSpec.DefaultLocalSteps}."),
        Number(
            "outer_learning_rate",
            NumberKind.MoreThan(0),
            training => training.OuterLearningRate,
            (training, rate) => training with { OuterLearningRate = rate },
            $"Learning rate of the step that ends a round, on the mean of the workers' changes; by default {TrainingSpec.DefaultOuterLearningRate}, which with outer_momentum 0 takes the mean of their weights."),
        Number(
            "outer_momentum",
            NumberKind.FromBelow(0, 1),
            training => training.OuterMomentum,
            (training, momentum) => training with { OuterMomentum = momentum },
            $"Nesterov momentum of that step; by default {TrainingSpec.DefaultOuterMomentum}."),
    ];

    private static (string Key, string Wrong)? FindContradiction(TrainingSpec training)
    {
        var batch = $"more than the {training.BatchSize} sequences of a batch";
        if (training.MicroBatchSize > training.BatchSize)
        {
            return ("micro_batch_size", $"is {training.MicroBatchSize}, {batch}; lower it or raise batch_size");
        }

        if (training.Workers > training.BatchSize)
        {
            return ("workers", $"is {training.Workers}, {batch} that they share; lower it or raise batch_size");
        }

        return null;
    }

    private static Key<TrainingSpec> Count(
        string name,
        Func<TrainingSpec, object?> get,
        Func<TrainingSpec, int, TrainingSpec> with,
        string meaning,
        string? @default = null) =>
        Key<TrainingSpec>.Of(name, Positive, get, with, meaning, @default);

    private static Key<TrainingSpec> Number(
        string name,
        NumberKind kind,
        Func<TrainingSpec, object?> get,
        Func<TrainingSpec, double, TrainingSpec> with,
        string meaning,
        string? @default = null) =>
        Key<TrainingSpec>.Of(name, kind, get, with, meaning, @default);
}
