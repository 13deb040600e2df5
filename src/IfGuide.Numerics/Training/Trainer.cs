using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
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
    public const string StepName = "step";

    private const string WeightPrefix = "weight.";
    private const string FirstMomentPrefix = "first_moment.";
    private const string SecondMomentPrefix = "second_moment.";

    private readonly TrainingOptions options;
    private readonly ISequenceSource source;
    private readonly FlatParameters parameters;
    private readonly FusedAdamW optimizer;
    private SuppressionHead head;
    private readonly SequenceBatch batch;
    private readonly DataOrder order;
    private readonly LearningRateSchedule schedule;

    /// <summary>A training from its first step.</summary>
    /// <param name="model">Weights to start from, and the device to train on; copied.</param>
    /// <param name="options">Settings.</param>
    /// <param name="source">Sequences; all must be of the same length.</param>
    /// <exception cref="ArgumentException">A setting is impossible, or the source is empty.</exception>
    public Trainer(CausalLanguageModel model, TrainingOptions options, ISequenceSource source)
    {
        ArgumentNullException.ThrowIfNull(model);
        options.Validate();
        if (source.Count < 1 || source.Length < 2)
        {
            throw new ArgumentException($"The training data hold {source.Count} sequences of {source.Length} tokens: expected at least one of two tokens or more.");
        }

        (this.options, this.source) = (options, source);
        TotalSteps = options.TotalSteps(source.Count);
        schedule = LearningRateSchedule.Of(options, TotalSteps);
        order = new DataOrder(options.Seed, source.Count);
        batch = new SequenceBatch((options.BatchSize + options.Workers - 1) / options.Workers, source.Length);
        parameters = new FlatParameters(model, options.Precision, options.DecayVectors);
        optimizer = new FusedAdamW(parameters, options);
        head = new SuppressionHead(options.Suppression);
    }

    /// <summary>Steps of the whole training.</summary>
    public long TotalSteps { get; }

    /// <summary>Steps taken.</summary>
    public long StepsTaken { get; private set; }

    /// <summary>The model as trained so far, in the precision of the forward pass. The trainer owns it.</summary>
    public CausalLanguageModel Model => parameters.Model;

    /// <summary>Sets the loss at which a hinge ends, for the steps from here on. It is no part of the saved state.</summary>
    /// <param name="cap">Nats per token.</param>
    public void SetHingeCap(double cap)
    {
        head.Dispose();
        head = new SuppressionHead(options.Suppression with { HingeCap = cap });
    }

    /// <summary>Takes one step.</summary>
    /// <exception cref="InvalidOperationException">All steps are taken.</exception>
    /// <exception cref="TrainingDivergedException">Loss or gradient is not finite; the weights are those before the step.</exception>
    public TrainingStep Step()
    {
        if (StepsTaken >= TotalSteps)
        {
            throw new InvalidOperationException($"All {TotalSteps} steps of the training are taken.");
        }

        using var scope = NewDisposeScope();
        var step = StepsTaken + 1;
        var first = StepsTaken * options.BatchSize;
        var last = Math.Min(first + options.BatchSize, source.Count * options.Epochs);
        batch.Fill(source, SequenceBatch.Positions(first + options.Worker, last, options.Workers).Select(order.At));
        double divisor = Math.Max(1, options.Normalisation == LossNormalisation.Labels ? batch.LabelCount : batch.PositionCount);

        var sums = Accumulate(divisor);
        Require(step, "loss", sums.Objective);
        var norm = parameters.GradientNorm();
        Require(step, "gradient norm", norm);
        Clip(norm);
        var rate = schedule.Rate(StepsTaken);
        optimizer.Step(step, rate);
        StepsTaken = step;
        return new TrainingStep(
            step, sums.Objective / divisor, sums.TokenLoss / Math.Max(1, sums.Tokens), sums.SelectedTokens > 0 ? sums.SelectedLoss / sums.SelectedTokens : null,
            sums.Tokens, sums.SelectedTokens, norm, rate);
    }

    /// <summary>Mean cross-entropy in nats of every labelled token of other sequences, selected or not.</summary>
    /// <param name="heldOut">The sequences.</param>
    public double ValidationLoss(ISequenceSource heldOut) => HeldOutLoss.Measure(Model, heldOut, options.MicroBatchSize);

    /// <summary>The trained weights by Hugging Face name, in the master precision: views, overwritten by the next step. The caller disposes them.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights() => parameters.Views(parameters.Weights);

    /// <summary>All that the next step depends on: weights, both moments and the number of steps, by name. Views of the live state: write them out before the next step. The caller disposes them.</summary>
    public IReadOnlyDictionary<string, Tensor> SaveState()
    {
        var state = new Dictionary<string, Tensor> { [StepName] = tensor([StepsTaken]) };
        foreach (var (name, view) in LiveState())
        {
            state[name] = view;
        }

        return state;
    }

    /// <summary>Continues from a saved state.</summary>
    /// <param name="state">What <see cref="SaveState"/> gave, on any device; copied.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or of another shape or type; the message names it.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, view) in LiveState())
        {
            view.copy_(Saved(state, name, view.shape, view.dtype));
        }

        StepsTaken = Saved(state, StepName, [1], ScalarType.Int64).cpu()[0].item<long>();
        parameters.PublishWeights();
    }

    /// <summary>Frees the model, the optimizer's state and all buffers.</summary>
    public void Dispose()
    {
        head.Dispose();
        optimizer.Dispose();
        parameters.Dispose();
    }

    private SuppressionSums Accumulate(double divisor)
    {
        parameters.Gradient.zero_();
        SuppressionSums sums = default;
        for (var from = 0; from < batch.Count; from += options.MicroBatchSize)
        {
            using var scope = NewDisposeScope();
            var (ids, labels, attended, selected) = batch.Slice(from, Math.Min(options.MicroBatchSize, batch.Count - from), Model.Device);
            var hidden = Model.Hidden(ids, attended, ForwardPass.Plain).Value;
            var (partial, gradient) = head.Backward(hidden, Model.Unembedding, labels, selected, divisor, parameters.UnembeddingGradient);
            autograd.backward([hidden], [gradient]);
            parameters.GatherGradient();
            sums += partial;
        }

        return sums;
    }

    /// <summary>Scales the gradient down to the largest norm allowed, as torch's clip_grad_norm_ does.</summary>
    private void Clip(double norm)
    {
        var factor = options.GradientClip / (norm + 1e-6);
        if (options.GradientClip > 0 && factor < 1)
        {
            parameters.Gradient.TimesInPlace(factor);
        }
    }

    private IEnumerable<(string Name, Tensor View)> LiveState() =>
        Named(WeightPrefix, parameters.Weights).Concat(Named(FirstMomentPrefix, optimizer.FirstMoment)).Concat(Named(SecondMomentPrefix, optimizer.SecondMoment));

    private IEnumerable<(string Name, Tensor View)> Named(string prefix, Tensor flat) =>
        parameters.Views(flat).Select(view => (prefix + view.Key, view.Value));

    private static Tensor Saved(IReadOnlyDictionary<string, Tensor> state, string name, long[] shape, ScalarType type)
    {
        if (!state.TryGetValue(name, out var saved))
        {
            throw new InvalidDataException($"The training state lacks '{name}': it belongs to another model or is damaged; delete it to start anew.");
        }

        return saved.shape.SequenceEqual(shape) && saved.dtype == type
            ? saved
            : throw new InvalidDataException(
                $"The training state's '{name}' is {saved.dtype} [{string.Join(", ", saved.shape)}], expected {type} [{string.Join(", ", shape)}]: it belongs to another model or precision.");
    }

    private static void Require(long step, string what, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new TrainingDivergedException(step, what, value);
        }
    }
}
