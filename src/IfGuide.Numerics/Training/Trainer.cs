using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Suppression;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>Trains a model, with or without suppression, one optimizer step at a time.</summary>
/// <remarks>
/// A step is a function of the state and of the step's number: stopped anywhere, saved, loaded into a fresh trainer and continued, a
/// training ends in the same bytes on equal hardware and thread count. For one thread at a time.
/// </remarks>
public sealed class Trainer : IDisposable
{
    /// <summary>Name of the number of steps in a saved state; all else in it are float32 tensors.</summary>
    public const string StepName = Optimization.StepName;

    private readonly TrainingOptions options;
    private readonly ITrainingSequences source;
    private readonly SequenceBatch batch;
    private readonly Optimization optimization;
    private SuppressionHead head;

    /// <summary>A training from its first step.</summary>
    /// <param name="model">Weights to start from, and the device to train on; copied.</param>
    /// <param name="options">Settings.</param>
    /// <param name="source">Sequences; all must be of the same length.</param>
    /// <exception cref="ArgumentException">A setting is impossible, or the source is empty.</exception>
    public Trainer(CausalLanguageModel model, TrainingOptions options, ITrainingSequences source)
    {
        ArgumentNullException.ThrowIfNull(model);
        options.Validate();
        if (source.Count < 1 || source.Length < 2)
        {
            throw new ArgumentException(
                $"The training data hold {source.Count} sequences of {source.Length} tokens: "
                    + "expected at least one of two tokens or more.");
        }

        this.options = options;
        this.source = source;
        batch = new SequenceBatch((options.BatchSize + options.Workers - 1) / options.Workers, source.Length);
        optimization = new Optimization(model, options, source.Count);
        head = new SuppressionHead(options.Suppression);
    }

    /// <summary>Steps of the whole training.</summary>
    public long TotalSteps => optimization.TotalSteps;

    /// <summary>Steps taken.</summary>
    public long StepsTaken => optimization.StepsTaken;

    /// <summary>The model as trained so far, in the precision of the forward pass. The trainer owns it.</summary>
    public CausalLanguageModel Model => optimization.Parameters.Model;

    /// <summary>Sets the loss at which a hinge ends, for the steps from here on. It is no part of the saved state.</summary>
    /// <param name="cap">Nats per token.</param>
    public void SetHingeCap(double cap)
    {
        head.Dispose();
        head = new SuppressionHead(options.Suppression with { HingeCap = cap });
    }

    /// <summary>Takes one step.</summary>
    /// <exception cref="InvalidOperationException">All steps are taken.</exception>
    /// <exception cref="NonFiniteStepException">Loss or gradient is not finite; the weights are those before the step.</exception>
    public TrainingStep Step()
    {
        if (StepsTaken >= TotalSteps)
        {
            throw new InvalidOperationException($"All {TotalSteps} steps of the training are taken.");
        }

        using var scope = NewDisposeScope();
        batch.Fill(source, optimization.ListSequences(options.Worker, options.Workers));
        var divisor = CountDivisor();
        var sums = Accumulate(divisor);
        var update = optimization.Update(sums.Objective);
        double? selectedLoss = sums.SelectedTokens > 0 ? sums.SelectedLoss / sums.SelectedTokens : null;
        return new TrainingStep(
            update.Step,
            sums.Objective / divisor,
            sums.TokenLoss / Math.Max(1, sums.Tokens),
            selectedLoss,
            sums.Tokens,
            sums.SelectedTokens,
            update.GradientNorm,
            update.LearningRate);
    }

    /// <summary>Measures the mean cross-entropy in nats of every labelled token of other sequences, selected or not.</summary>
    /// <param name="heldOut">The sequences.</param>
    public double ValidationLoss(ITrainingSequences heldOut) => HeldOutLoss.Measure(Model, heldOut, options.MicroBatchSize);

    /// <summary>The trained weights by Hugging Face name, in the master precision. The caller disposes them.</summary>
    /// <returns>Views, overwritten by the next step.</returns>
    public IReadOnlyDictionary<string, Tensor> GetWeights() => optimization.Parameters.CreateViews();

    /// <summary>All that the next step depends on, by name: weights, both moments and the number of steps.</summary>
    /// <remarks>The caller disposes them.</remarks>
    /// <returns>Views of the live state: write them out before the next step.</returns>
    public IReadOnlyDictionary<string, Tensor> SaveState() => optimization.SaveState();

    /// <summary>Continues from a saved state.</summary>
    /// <param name="state">What <see cref="SaveState"/> gave, on any device; copied.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or of another shape or type; the message names it.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        optimization.LoadState(state);
    }

    /// <summary>Frees the model, the optimizer's state and all buffers.</summary>
    public void Dispose()
    {
        head.Dispose();
        optimization.Dispose();
    }

    private double CountDivisor()
    {
        var count = options.Normalisation == LossNormalisation.Labels ? batch.LabelCount : batch.PositionCount;
        return Math.Max(1, count);
    }

    private SuppressionSums Accumulate(double divisor)
    {
        optimization.Parameters.Gradient.zero_();
        SuppressionSums sums = default;
        for (var from = 0; from < batch.Count; from += options.MicroBatchSize)
        {
            using var scope = NewDisposeScope();
            var part = batch.Slice(from, Math.Min(options.MicroBatchSize, batch.Count - from), Model.Device);
            sums += Accumulate(part, divisor);
        }

        return sums;
    }

    /// <summary>Adds one micro-batch's gradient.</summary>
    private SuppressionSums Accumulate(MicroBatch part, double divisor)
    {
        var parameters = optimization.Parameters;
        var hidden = Model.Hidden(part.InputIds, part.AttentionMask, ForwardPass.Plain).Value;
        var (sums, gradient) = head.Backward(
            hidden, Model.Unembedding, part.Labels, part.Selected, divisor, parameters.UnembeddingGradient);
        autograd.backward([hidden], [gradient]);
        parameters.GatherGradient();
        return sums;
    }
}
