using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Suppression;
using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Models;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Training;

/// <summary>What one model is trained on, from where and how. Owns the corpus that it opens.</summary>
internal sealed class TrainingSetup : IDisposable
{
    public const int LargestMicroBatch = 8;
    private readonly UnitContext context;

    /// <summary>Opens the corpus, with the mask of the model.</summary>
    /// <param name="context">The unit.</param>
    /// <param name="variant">The model; <c>proxy</c> for the proxy.</param>
    public TrainingSetup(UnitContext context, string variant)
    {
        (this.context, Variant) = (context, variant);
        var isProxy = context.Unit.Stage == Stage.TrainProxy;
        Settings = isProxy ? context.Names.ProxyTraining : context.Specification.Training;
        Weights = isProxy ? context.Names.ProxyWeights : context.Names.TrainedWeights(variant);
        Prepared = isProxy ? context.Inputs.Proxy : context.Inputs.Target!;
        var mask = isProxy ? null : TrainingMask.Of(context, variant);
        Suppression = mask is null ? SuppressionOptions.None : Objective(context.Specification.Suppression, variant);
        HeldOut = context.Names.HeldOut(variant);
        Source = new CorpusSequences(context, mask);
    }

    public string Variant { get; }

    public TrainingSpec Settings { get; }

    public PreparedModel Prepared { get; }

    /// <summary>Store name of the weights that the training ends in.</summary>
    public string Weights { get; }

    public CorpusSequences Source { get; }

    public SuppressionOptions Suppression { get; }

    /// <summary>Store name of the held-out text; null: the training is not measured on any.</summary>
    public string? HeldOut { get; }

    /// <summary>The model before its first step; the caller's.</summary>
    public CausalLanguageModel Initial()
    {
        if (Prepared.Weights is { } weights)
        {
            return context.Session.Load(context.Store, Prepared.Configuration, weights);
        }

        var configuration = HuggingFaceConfiguration.Read(context.Store.Fetch(Prepared.Configuration));
        return CausalLanguageModel.Create(configuration, CausalLanguageModel.InitialWeights(configuration, context.Specification.Seed, context.Session.Device));
    }

    public TrainingOptions Options => new()
    {
        Epochs = Settings.Epochs,
        BatchSize = Settings.BatchSize,
        MicroBatchSize = Settings.MicroBatchSize ?? Math.Min(Settings.BatchSize, LargestMicroBatch),
        LearningRate = Settings.LearningRate,
        Seed = context.Specification.Seed,
        Warmup = Settings.Warmup,
        WeightDecay = Settings.WeightDecay,
        DecayVectors = Settings.DecayVectors ?? true,
        Beta1 = Settings.Beta1,
        Beta2 = Settings.Beta2,
        GradientClip = Settings.GradientClip,
        Precision = Settings.Precision == MatrixPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
        Normalisation = Settings.Normalise == BatchDivisor.Positions ? LossNormalisation.Positions : LossNormalisation.Labels,
        Suppression = Suppression,
    };

    /// <summary>The watch over the held-out text; null when there is none.</summary>
    public Validation? Validation(long totalSteps, TrainingCurve curve) => HeldOut is null
        ? null
        : new Validation(new HeldOutSequences(context, HeldOut), Settings, totalSteps, curve, Suppression is { Objective: TokenObjective.Hinge, HingeCap: null });

    public void Dispose() => Source.Dispose();

    private static SuppressionOptions Objective(SuppressionSpec suppression, string variant) => variant is Variants.Suppressed or Variants.Random
        ? new SuppressionOptions((TokenObjective)suppression.Objective, suppression.PenaltyWeight, suppression.HingeCap)
        : new SuppressionOptions(TokenObjective.Drop); // the filters leave tokens out
}
