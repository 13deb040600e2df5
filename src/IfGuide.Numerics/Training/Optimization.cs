using IfGuide.Numerics.Models;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>What every training shares: parameters, optimizer, learning rate, data order and clipping.</summary>
internal sealed class Optimization : IDisposable
{
    /// <summary>Name of the number of steps in a saved state.</summary>
    public const string StepName = "step";

    private const string WeightPrefix = "weight.";
    private const string FirstMomentPrefix = "first_moment.";
    private const string SecondMomentPrefix = "second_moment.";

    private readonly TrainingOptions options;
    private readonly long sequences;
    private readonly DataOrder order;
    private readonly LearningRateSchedule schedule;
    private readonly FusedAdamW optimizer;

    /// <summary>An optimization before its first step.</summary>
    /// <param name="model">Weights to start from, and the device to train on; copied.</param>
    /// <param name="options">Settings.</param>
    /// <param name="sequences">Sequences of one epoch.</param>
    public Optimization(CausalLanguageModel model, TrainingOptions options, long sequences)
    {
        this.options = options;
        this.sequences = sequences;
        TotalSteps = options.TotalSteps(sequences);
        schedule = LearningRateSchedule.Create(options, TotalSteps);
        order = new DataOrder(options.Seed, sequences);
        Parameters = new FlatParameters(model, options.Precision, options.DecayVectors);
        optimizer = new FusedAdamW(Parameters, options);
    }

    /// <summary>The weights and their gradients.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>Steps of the whole training.</summary>
    public long TotalSteps { get; }

    /// <summary>Steps taken.</summary>
    public long StepsTaken { get; private set; }

    /// <summary>The sequences of the next step in their order, or one worker's share of them.</summary>
    /// <param name="worker">The worker, from 0.</param>
    /// <param name="workers">Workers that share the step.</param>
    public IEnumerable<long> ListSequences(int worker = 0, int workers = 1)
    {
        var first = StepsTaken * options.BatchSize;
        var last = Math.Min(first + options.BatchSize, sequences * options.Epochs);
        for (var position = first + worker; position < last; position += workers)
        {
            yield return order.At(position);
        }
    }

    /// <summary>Updates the weights by the gradient that was gathered.</summary>
    /// <param name="loss">The step's loss, checked before the update.</param>
    /// <exception cref="NonFiniteStepException">Loss or gradient is not finite; the weights are those before the step.</exception>
    public StepUpdate Update(double loss)
    {
        var step = StepsTaken + 1;
        var norm = Parameters.ComputeGradientNorm();
        RequireFinite(step, "loss", loss);
        RequireFinite(step, "gradient norm", norm);
        ClipGradient(norm);
        var rate = schedule.ComputeRate(StepsTaken);
        optimizer.Step(step, rate);
        StepsTaken = step;
        return new StepUpdate(step, norm, rate);
    }

    /// <summary>Weights, both moments and the number of steps, by name: views of the live state. The caller disposes them.</summary>
    public Dictionary<string, Tensor> SaveState()
    {
        var state = new Dictionary<string, Tensor> { [StepName] = tensor([StepsTaken]) };
        foreach (var (name, view) in ListState())
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
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, view) in ListState())
        {
            view.copy_(Find(state, name, view.shape, view.dtype));
        }

        StepsTaken = Find(state, StepName, [1], ScalarType.Int64).cpu()[0].item<long>();
        Parameters.PublishWeights();
    }

    /// <summary>Frees the model, the optimizer's state and all buffers.</summary>
    public void Dispose()
    {
        optimizer.Dispose();
        Parameters.Dispose();
    }

    /// <summary>Scales the gradient down to the largest norm allowed, as torch's clip_grad_norm_ does.</summary>
    private void ClipGradient(double norm)
    {
        var factor = options.GradientClip / (norm + 1e-6);
        if (options.GradientClip > 0 && factor < 1)
        {
            Parameters.Gradient.TimesInPlace(factor);
        }
    }

    private IEnumerable<KeyValuePair<string, Tensor>> ListState()
    {
        var weights = NameViews(WeightPrefix, Parameters.Weights);
        var firstMoments = NameViews(FirstMomentPrefix, optimizer.FirstMoment);
        var secondMoments = NameViews(SecondMomentPrefix, optimizer.SecondMoment);
        return weights.Concat(firstMoments).Concat(secondMoments);
    }

    private IEnumerable<KeyValuePair<string, Tensor>> NameViews(string prefix, Tensor flat) =>
        Parameters.CreateViews(flat).Select(view => KeyValuePair.Create(prefix + view.Key, view.Value));

    private static Tensor Find(IReadOnlyDictionary<string, Tensor> state, string name, long[] shape, ScalarType type)
    {
        if (!state.TryGetValue(name, out var saved))
        {
            throw new InvalidDataException(
                $"The training state lacks '{name}': it belongs to another model or is damaged; delete it to start anew.");
        }

        if (!saved.shape.SequenceEqual(shape) || saved.dtype != type)
        {
            var found = $"{saved.dtype} [{string.Join(", ", saved.shape)}]";
            var expected = $"{type} [{string.Join(", ", shape)}]";
            throw new InvalidDataException(
                $"The training state's '{name}' is {found}, expected {expected}: it belongs to another model or precision.");
        }

        return saved;
    }

    private static void RequireFinite(long step, string what, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new NonFiniteStepException(step, what, value);
        }
    }
}
