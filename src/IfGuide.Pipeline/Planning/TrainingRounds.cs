using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Training;

namespace IfGuide.Pipeline.Planning;

/// <summary>How a training is cut into rounds of local training (DiLoCo, arXiv 2311.08105): a function of the run alone, never of how many silos there are.</summary>
/// <remarks>Round 0 has no workers: it stores the weights that the first ones start from. The merge of the last round ends the training.</remarks>
/// <param name="Workers">Workers of each round; a step's batch is shared among them.</param>
/// <param name="LocalSteps">Optimizer steps of each worker in a round; the last round may have fewer.</param>
/// <param name="OuterLearningRate">Learning rate of the step that ends a round.</param>
/// <param name="OuterMomentum">Its Nesterov momentum.</param>
/// <param name="Steps">Optimizer steps of the training.</param>
internal sealed record TrainingRounds(int Workers, int LocalSteps, double OuterLearningRate, double OuterMomentum, long Steps)
{
    /// <summary>How one worker trains on its share of each batch: at √W times the rate.</summary>
    /// <remarks>
    /// The gradient of a W-th of a batch is √W noisier, and where noise rules, AdamW's step along it is as much shorter; the mean over the workers then has the step, and the noise, of the whole batch.
    /// So it is with the row of a rare token, which one worker alone meets, because each round begins with the mean of the workers' moments: by its own, that worker would take a step of full length, and the mean over all a W-th of it.
    /// </remarks>
    /// <param name="whole">The training of the whole batch.</param>
    /// <param name="worker">The worker.</param>
    public TrainingOptions Share(TrainingOptions whole, int worker) => whole with { Workers = Workers, Worker = worker, LearningRate = whole.LearningRate * Math.Sqrt(Workers) };

    /// <summary>The last round.</summary>
    public int Last => checked((int)((Steps + LocalSteps - 1) / LocalSteps));

    /// <summary>The rounds of a training; null: one worker trains, without rounds.</summary>
    /// <param name="training">Its settings.</param>
    /// <param name="sequences">Sequences of the corpus.</param>
    public static TrainingRounds? Of(TrainingSpec training, long sequences) => training.Workers is null or 1 ? null : new TrainingRounds(
        training.Workers.Value,
        training.LocalSteps ?? TrainingSpec.DefaultLocalSteps,
        training.OuterLearningRate ?? TrainingSpec.DefaultOuterLearningRate,
        training.OuterMomentum ?? TrainingSpec.DefaultOuterMomentum,
        TrainingOptions.TotalSteps(sequences, training.Epochs, training.BatchSize));

    /// <summary>Settings as a key takes them: what is left to its default has the default's key, and without rounds nothing of them counts.</summary>
    /// <param name="training">A training's settings.</param>
    public static TrainingSpec Canonical(TrainingSpec training) => Of(training, 0) is { } rounds
        ? training with { LocalSteps = rounds.LocalSteps, OuterLearningRate = rounds.OuterLearningRate, OuterMomentum = rounds.OuterMomentum }
        : training with { Workers = null, LocalSteps = null, OuterLearningRate = null, OuterMomentum = null };

    /// <summary>Steps taken when a round has ended.</summary>
    public long StepsAfter(int round) => Math.Min((long)round * LocalSteps, Steps);

    /// <summary>The round that ends at a step or goes over it.</summary>
    public int RoundAt(long step) => checked((int)((step + LocalSteps - 1) / LocalSteps));
}
