using IfGuide.Numerics.Models;
using IfGuide.Numerics.Runtime;
using IfGuide.Numerics.Training;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Preference;

/// <summary>Fine-tunes a model by direct preference optimisation; the reference is the model it starts from.</summary>
/// <remarks>The same model, options and pairs give the same bytes on equal hardware and thread count. For one thread at a time.</remarks>
public sealed class PreferenceTrainer : IDisposable
{
    private readonly TrainingOptions options;
    private readonly double beta;
    private readonly IReadOnlyList<PreferencePair> pairs;
    private readonly (double Preferred, double Rejected)[] reference;
    private readonly FlatParameters parameters;
    private readonly FusedAdamW optimizer;
    private readonly DataOrder order;
    private readonly LearningRateSchedule schedule;

    /// <summary>A training from its first step.</summary>
    /// <param name="model">Weights to start from, and the device to train on; copied.</param>
    /// <param name="options">Settings; a sequence is a pair here. Suppression and normalisation do not apply.</param>
    /// <param name="beta">β: how much a margin over the reference counts; above 0.</param>
    /// <param name="pairs">At least one pair.</param>
    /// <exception cref="ArgumentException">A setting is impossible, or there is no pair.</exception>
    public PreferenceTrainer(CausalLanguageModel model, TrainingOptions options, double beta, IReadOnlyList<PreferencePair> pairs)
    {
        ArgumentNullException.ThrowIfNull(model);
        options.Validate();
        if (pairs.Count < 1 || !(beta > 0) || !double.IsFinite(beta))
        {
            throw new ArgumentException($"preference training: found {pairs.Count} pairs and beta {beta}, expected at least one pair and a finite beta above 0.");
        }

        (this.options, this.beta, this.pairs) = (options, beta, pairs);
        reference = [.. pairs.Chunk(options.MicroBatchSize).SelectMany(chunk =>
        {
            var losses = PreferenceLoss.TextLosses(model, chunk);
            return chunk.Select((_, index) => (losses[index], losses[index + chunk.Length]));
        })];
        TotalSteps = options.TotalSteps(pairs.Count);
        schedule = LearningRateSchedule.Of(options, TotalSteps);
        order = new DataOrder(options.Seed, pairs.Count);
        parameters = new FlatParameters(model, options.Precision, options.DecayVectors);
        optimizer = new FusedAdamW(parameters, options);
    }

    /// <summary>Steps of the whole training.</summary>
    public long TotalSteps { get; }

    /// <summary>Steps taken.</summary>
    public long StepsTaken { get; private set; }

    /// <summary>The model as trained so far. The trainer owns it.</summary>
    public CausalLanguageModel Model => parameters.Model;

    /// <summary>Takes one step.</summary>
    /// <exception cref="TrainingDivergedException">Loss or gradient is not finite; the weights are those before the step.</exception>
    public PreferenceStep Step()
    {
        using var scope = NewDisposeScope();
        var step = StepsTaken + 1;
        var first = StepsTaken * options.BatchSize;
        var last = Math.Min(first + options.BatchSize, (long)pairs.Count * options.Epochs);
        int[] chosen = [.. Enumerable.Range(0, (int)(last - first)).Select(offset => (int)order.At(first + offset))];
        parameters.Gradient.zero_();
        var (loss, preferred) = (0.0, 0L);
        foreach (var part in chosen.Chunk(options.MicroBatchSize))
        {
            double[] known = [.. part.Select(pair => reference[pair].Preferred), .. part.Select(pair => reference[pair].Rejected)];
            var partial = PreferenceLoss.Backward(Model, [.. part.Select(pair => pairs[pair])], known, beta, chosen.Length, parameters.UnembeddingGradient);
            parameters.GatherGradient();
            (loss, preferred) = (loss + partial.Loss, preferred + partial.Preferred);
        }

        var norm = parameters.GradientNorm();
        Require(step, "loss", loss);
        Require(step, "gradient norm", norm);
        if (options.GradientClip > 0 && norm > options.GradientClip)
        {
            parameters.Gradient.TimesInPlace(options.GradientClip / (norm + 1e-6));
        }

        var rate = schedule.Rate(StepsTaken);
        optimizer.Step(step, rate);
        StepsTaken = step;
        return new PreferenceStep(step, loss / chosen.Length, (double)preferred / chosen.Length, norm, rate);
    }

    /// <summary>The trained weights by Hugging Face name: views, overwritten by the next step. The caller disposes them.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights() => parameters.Views(parameters.Weights);

    /// <summary>Frees the model, the optimizer's state and all buffers.</summary>
    public void Dispose()
    {
        optimizer.Dispose();
        parameters.Dispose();
    }

    private static void Require(long step, string what, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new TrainingDivergedException(step, what, value);
        }
    }
}

/// <summary>What one step of preference training measured, before its update.</summary>
/// <param name="Step">Steps taken, this one included.</param>
/// <param name="Loss">Mean loss of a pair; ln 2 where the model is the reference.</param>
/// <param name="Preferred">Share of the pairs whose preferred text gained more likelihood than the rejected one.</param>
/// <param name="GradientNorm">Euclidean norm of the gradient before clipping.</param>
/// <param name="LearningRate">Rate of the step.</param>
public sealed record PreferenceStep(long Step, double Loss, double Preferred, double GradientNorm, double LearningRate);
