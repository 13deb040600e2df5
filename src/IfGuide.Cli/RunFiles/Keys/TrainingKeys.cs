using IfGuide.Abstractions.Specification;
using IfGuide.Cli.RunFiles.Values;

namespace IfGuide.Cli.RunFiles.Keys;

/// <summary>Keys of <c>training</c> (of the target, and of a proxy from scratch) and <c>suppression</c>.</summary>
internal static class TrainingKeys
{
    public static Section<SuppressionSpec> Suppression { get; } = new(
        () => new SuppressionSpec(),
        Key.Of("objective", new ChoiceKind<SuppressionObjective>(("penalty", SuppressionObjective.Penalty), ("hinge", SuppressionObjective.Hinge), ("unlikelihood", SuppressionObjective.Unlikelihood), ("drop", SuppressionObjective.Drop)),
            (SuppressionSpec suppression, SuppressionObjective objective) => suppression with { Objective = objective },
            "penalty: weight -lambda (paper Eq. 9); hinge: the same until the token's loss reaches hinge_cap; unlikelihood: -log(1 - p); drop: weight 0.", "\"penalty\""),
        Key.Of("lambda", NumberKind.AtLeast(0), (SuppressionSpec suppression, double weight) => suppression with { PenaltyWeight = weight }, "Weight of the objective.", "1.0"),
        Key.Of("hinge_cap", NumberKind.Above(0), (SuppressionSpec suppression, double cap) => suppression with { HingeCap = cap },
            "Loss in nats per token at which the hinge stops; by default the loss on held-out text (training.validation, else evaluation.perplexity) at its last measurement, or the logarithm of the vocabulary size where there is no such text."))
    {
        Rule = suppression => suppression is { HingeCap: not null, Objective: not SuppressionObjective.Hinge }
            ? ("hinge_cap", "belongs to the objective hinge; remove it or choose that objective")
            : null,
    };

    public static Section<TrainingSpec> Training { get; } = new(
        () => new TrainingSpec(),
        Count("epochs", (training, count) => training with { Epochs = count }, "Passes over the corpus.", "4"),
        Count("batch_size", (training, count) => training with { BatchSize = count }, "Sequences per optimizer step.", "256"),
        Count("micro_batch_size", (training, count) => training with { MicroBatchSize = count }, "Sequences per forward pass; by default batch_size, at most 8."),
        Key.Of("learning_rate", NumberKind.Above(0), (TrainingSpec training, double rate) => training with { LearningRate = rate }, "Peak learning rate.", "6e-4"),
        Key.Of("warmup", NumberKind.From(0, 1), (TrainingSpec training, double share) => training with { Warmup = share }, "Share of the steps that warm up linearly.", "0.01"),
        Key.Of("weight_decay", NumberKind.AtLeast(0), (TrainingSpec training, double decay) => training with { WeightDecay = decay }, "Decoupled weight decay.", "4e-4"),
        Key.Of("betas", new ListKind<double>("two numbers, each at least 0 and below 1, such as [0.9, 0.95]", NumberKind.FromBelow(0, 1), 2, 2, distinct: false),
            (TrainingSpec training, IReadOnlyList<double> betas) => training with { Beta1 = betas[0], Beta2 = betas[1] }, "Decay of the first and second moment.", "[0.9, 0.95]"),
        Key.Of("gradient_clip", NumberKind.AtLeast(0), (TrainingSpec training, double norm) => training with { GradientClip = norm }, "Largest gradient norm; 0: no clipping.", "1.0"),
        Key.Of("precision", InfluenceKeys.Precision, (TrainingSpec training, MatrixPrecision precision) => training with { Precision = precision }, "Precision of matrix products; weights and optimizer state are float32.", "\"float32\""),
        Count("checkpoint_every", (training, count) => training with { CheckpointEvery = count }, "Optimizer steps between checkpoints.", "500"),
        Key.Of("decay_vectors", new FlagKind(), (TrainingSpec training, bool decay) => training with { DecayVectors = decay ? null : false }, "Whether weight decay takes norm weights and biases too, as the reference does.", "true"),
        Key.Of("normalise", new ChoiceKind<BatchDivisor>(("labels", BatchDivisor.Labels), ("positions", BatchDivisor.Positions)),
            (TrainingSpec training, BatchDivisor divisor) => training with { Normalise = divisor == BatchDivisor.Labels ? null : divisor },
            "What a batch's summed loss is divided by: labels, those of first tokens included (transformers' num_items_in_batch); or predicted positions (torch's mean).", "\"labels\""),
        Key.Of("validation", new PathKind("the path of a .jsonl file"), (TrainingSpec training, string path) => training with { Validation = path },
            "Held-out text, records {text}, whose loss is measured before the first step, every validate_every steps and at the end."),
        Count("validate_every", (training, count) => training with { ValidateEvery = count }, "Optimizer steps between measurements of the held-out text; by default a twentieth of the training."),
        Key.Of("divergence", NumberKind.Above(0), (TrainingSpec training, double bound) => training with { Divergence = bound },
            "How far the held-out loss may rise above its lowest value, in nats per token, before the training stops as diverged; by default 1."),
        Count("workers", (training, count) => training with { Workers = count == 1 ? null : count },
            "Workers that train side by side in rounds (DiLoCo), each on its share of every batch, on as many silos as there are; 1: no rounds. A worker's rate is learning_rate times the square root of their number N, its second beta the N-th root. Part of the result, as the seed is; the number of silos is not.", "1"),
        Count("local_steps", (training, count) => training with { LocalSteps = count }, $"Optimizer steps of each worker in a round; by default {TrainingSpec.DefaultLocalSteps}."),
        Key.Of("outer_learning_rate", NumberKind.Above(0), (TrainingSpec training, double rate) => training with { OuterLearningRate = rate },
            $"Learning rate of the step that ends a round, on the mean of the workers' changes; by default {TrainingSpec.DefaultOuterLearningRate}, which with outer_momentum 0 takes the mean of their weights."),
        Key.Of("outer_momentum", NumberKind.FromBelow(0, 1), (TrainingSpec training, double momentum) => training with { OuterMomentum = momentum }, $"Nesterov momentum of that step; by default {TrainingSpec.DefaultOuterMomentum}."))
    {
        OnlyBeside = [("divergence", "validation"), ("local_steps", "workers"), ("outer_learning_rate", "workers"), ("outer_momentum", "workers")],
        Rule = training => training switch
        {
            _ when training.MicroBatchSize > training.BatchSize =>
                ("micro_batch_size", $"is {training.MicroBatchSize}, more than the {training.BatchSize} sequences of a batch; lower it or raise batch_size"),
            _ when training.Workers > training.BatchSize =>
                ("workers", $"is {training.Workers}, more than the {training.BatchSize} sequences of a batch that they share; lower it or raise batch_size"),
            _ => null,
        },
    };

    private static Key<TrainingSpec> Count(string name, Func<TrainingSpec, int, TrainingSpec> with, string meaning, string? @default = null) =>
        Key.Of(name, WholeNumberKind.Count(), (TrainingSpec training, long count) => with(training, (int)count), meaning, @default);
}
