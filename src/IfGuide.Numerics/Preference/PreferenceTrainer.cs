using IfGuide.Numerics.Models;
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
    private readonly Optimization optimization;

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
            throw new ArgumentException(
                $"preference training: found {pairs.Count} pairs and beta {beta}, "
                    + "expected at least one pair and a finite beta above 0.");
        }

        this.options = options;
        this.beta = beta;
        this.pairs = pairs;
        reference = [.. pairs.Chunk(options.MicroBatchSize).SelectMany(chunk => MeasureReference(model, chunk))];
        optimization = new Optimization(model, options, pairs.Count);
    }

    /// <summary>Steps of the whole training.</summary>
    public long TotalSteps => optimization.TotalSteps;

    /// <summary>Steps taken.</summary>
    public long StepsTaken => optimization.StepsTaken;

    /// <summary>The model as trained so far. The trainer owns it.</summary>
    public CausalLanguageModel Model => optimization.Parameters.Model;

    /// <summary>Takes one step.</summary>
    /// <exception cref="NonFiniteStepException">Loss or gradient is not finite; the weights are those before the step.</exception>
    public PreferenceStep Step()
    {
        using var scope = NewDisposeScope();
        int[] chosen = [.. optimization.ListSequences().Select(pair => (int)pair)];
        optimization.Parameters.Gradient.zero_();
        var (loss, preferred) = (0.0, 0L);
        foreach (var part in chosen.Chunk(options.MicroBatchSize))
        {
            var partial = Accumulate(part, chosen.Length);
            loss += partial.Loss;
            preferred += partial.Preferred;
        }

        var update = optimization.Update(loss);
        var meanLoss = loss / chosen.Length;
        var share = (double)preferred / chosen.Length;
        return new PreferenceStep(update.Step, meanLoss, share, update.GradientNorm, update.LearningRate);
    }

    /// <summary>The trained weights by Hugging Face name. The caller disposes them.</summary>
    /// <returns>Views, overwritten by the next step.</returns>
    public IReadOnlyDictionary<string, Tensor> GetWeights() => optimization.Parameters.CreateViews();

    /// <summary>Frees the model, the optimizer's state and all buffers.</summary>
    public void Dispose() => optimization.Dispose();

    private static IEnumerable<(double Preferred, double Rejected)> MeasureReference(
        CausalLanguageModel model, PreferencePair[] chunk)
    {
        var losses = PreferenceLoss.TextLosses(model, chunk);
        return chunk.Select((_, index) => (losses[index], losses[index + chunk.Length]));
    }

    /// <summary>Adds the gradient of some pairs.</summary>
    private PreferenceLoss Accumulate(int[] part, int divisor)
    {
        var parameters = optimization.Parameters;
        PreferencePair[] own = [.. part.Select(pair => pairs[pair])];
        double[] known = [.. part.Select(pair => reference[pair].Preferred), .. part.Select(pair => reference[pair].Rejected)];
        var loss = PreferenceLoss.Backward(Model, own, known, beta, divisor, parameters.UnembeddingGradient);
        parameters.GatherGradient();
        return loss;
    }
}
