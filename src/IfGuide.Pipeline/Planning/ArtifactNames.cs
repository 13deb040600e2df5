using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;

namespace IfGuide.Pipeline;

/// <summary>Store names of everything a run computes. Each name holds the key of all that determines the artifact.</summary>
/// <param name="specification">The run.</param>
/// <param name="inputs">Its prepared inputs.</param>
public sealed class ArtifactNames(RunSpec specification, PreparedInputs inputs)
{
    private readonly FactorsSpec factors = specification.Factors;

    /// <summary>True when the strategy uses Kronecker factors.</summary>
    public bool HasEigenbasis => factors.Strategy is CurvatureStrategy.Ekfac or CurvatureStrategy.Kfac;

    /// <summary>True when the strategy uses squared gradients.</summary>
    public bool HasLambda => factors.Strategy is CurvatureStrategy.Ekfac or CurvatureStrategy.Diagonal;

    /// <summary>Key of the proxy's weights.</summary>
    public string ProxyKey => field ??= inputs.Proxy.Weights is null
        ? TrainingKey(inputs.Proxy, ProxyTraining, mask: null)
        : inputs.Proxy.Key;

    /// <summary>The training of a proxy without weights.</summary>
    public TrainingSpec ProxyTraining => specification.Proxy.Training ?? specification.Training;

    /// <summary>Weights of the proxy.</summary>
    public string ProxyWeights => inputs.Proxy.Weights ?? Training(TrainingKey(inputs.Proxy, ProxyTraining, mask: null));

    private string FactorKey => field ??= ContentKey.Of("factors/1", ProxyKey, inputs.CorpusKey, specification.Seed, factors.Labels, factors.Sequences, factors.Precision);

    private string LambdaKey => field ??= ContentKey.Of("lambda/1", FactorKey, factors.Strategy);

    private string QueryKey(PreparedQueries queries) => ContentKey.Of("query/1", ProxyKey, queries.Key, factors.Precision);

    private string DirectionKey => field ??= ContentKey.Of(
        "direction/1",
        factors.Strategy,
        HasEigenbasis ? FactorKey : null,
        HasLambda ? LambdaKey : null,
        factors.Strategy == CurvatureStrategy.Identity ? null : factors.Damping,
        QueryKey(inputs.Toxic),
        QueryKey(inputs.Nontoxic),
        specification.Scores.Normalise);

    private string ScoreKey => field ??= ContentKey.Of("score/1", DirectionKey, ProxyKey, inputs.CorpusKey, specification.Scores.Kind, factors.Precision);

    private string SelectionKey => field ??= ContentKey.Of("select/1", ScoreKey, specification.Selection);

    /// <remarks>What is compared with a model changes nothing about it, nor where its files lie; what they hold and how it is decoded does.</remarks>
    private string EvaluationKey(string variant) => ContentKey.Of("evaluate/3", [
        VariantKey(variant),
        Portable(specification.Evaluation!),
        Units.Variants.IsRewarded(variant) ? specification.Evaluation!.Rad ?? new RadSpec() : null,
        inputs.Prompts,
        inputs.Perplexity,
        inputs.LastWord,
        inputs.Labels,
        inputs.Toxic.Key,
        inputs.Nontoxic.Key,
        inputs.Tokenizer,
        SelectionKey,
        specification.Seed,
        .. new[] { inputs.ClassifierTexts?.Key, inputs.Onnx?.Key, inputs.HardNegatives }.OfType<string>()]);

    private string ReportKey => field ??= ContentKey.Of("report/3", SelectionKey, inputs.Overlap, inputs.Tokenizer, specification.Target is null ? null : Variants.Select(EvaluationKey).ToArray(), specification.Run.ToString());

    /// <summary>Covariance sums of one shard.</summary>
    /// <param name="shard">The shard.</param>
    public string Covariance(int shard) => $"covariance/{FactorKey}/shard-{shard:D5}.safetensors";

    /// <summary>Covariances, eigenvalues and eigenvectors of one input group's layers.</summary>
    /// <param name="group">The input group.</param>
    public string Eigenbasis(string group) => $"eigenbasis/{FactorKey}/{group}.safetensors";

    /// <summary>Lambda sums of one shard.</summary>
    /// <param name="shard">The shard.</param>
    public string Lambda(int shard) => $"lambda/{LambdaKey}/shard-{shard:D5}.safetensors";

    /// <summary>Gradient sums of one query set.</summary>
    /// <param name="queries">The query set.</param>
    public string QueryGradient(PreparedQueries queries) => $"query/{QueryKey(queries)}/gradient.safetensors";

    /// <summary>Preconditioned query gradients of one input group's layers.</summary>
    /// <param name="group">The input group.</param>
    public string Direction(string group) => $"query/{DirectionKey}/{group}.safetensors";

    /// <summary>Token scores of one shard, npy float32 [sequences, tokens].</summary>
    /// <param name="shard">The shard.</param>
    public string Scores(int shard) => $"score/{ScoreKey}/shard-{shard:D5}.npy";

    /// <summary>Mask of one shard, npy bool [sequences, tokens].</summary>
    /// <param name="shard">The shard.</param>
    public string Mask(int shard) => $"select/{SelectionKey}/mask-{shard:D5}.npy";

    /// <summary>Sequences by descending rank score, npy int64.</summary>
    public string Order => $"select/{SelectionKey}/order.npy";

    /// <summary>Summary of the selection; written last.</summary>
    public string Selection => $"select/{SelectionKey}/selection.msgpack";

    /// <summary>Models that the run trains and compares, in order.</summary>
    public IReadOnlyList<string> Variants => specification.Target is null ? [] : specification.Evaluation?.Compare ?? ["suppressed"];

    /// <summary>Models that the run trains, each once; a set needs those before it.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Trainings => Units.Variants.TrainedFirst(Variants);

    /// <summary>Weights of the trained model behind one that is compared.</summary>
    /// <param name="variant">The model.</param>
    public string TrainedWeights(string variant) => Training(VariantKey(variant));

    /// <summary>Mask of one shard under a baseline filter.</summary>
    /// <param name="variant"><c>word-filter</c>, <c>document-filter</c> or <c>random</c>.</param>
    /// <param name="shard">The shard.</param>
    public string FilterMask(string variant, int shard) => $"train/{FilterKey(variant)}/mask-{shard:D5}.npy";

    /// <summary>Loss curve of a training, beside its weights.</summary>
    /// <param name="weights">Store name of the trained weights.</param>
    public static string TrainingLogOf(string weights) => $"{weights[..weights.LastIndexOf('/')]}/log.msgpack";

    /// <summary>Measurements of one model.</summary>
    /// <param name="variant">The model.</param>
    public string Evaluation(string variant) => $"evaluate/{EvaluationKey(variant)}/evaluation.msgpack";

    /// <summary>The run's figures for programs.</summary>
    public string Metrics => $"report/{ReportKey}/metrics.json";

    /// <summary>The run's page for people.</summary>
    public string Report => $"report/{ReportKey}/report.html";

    /// <summary>The artifact that marks a unit as done.</summary>
    /// <param name="unit">A unit after the preparation.</param>
    public string Of(UnitReference unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.Stage switch
        {
            Stage.TrainProxy => ProxyWeights,
            Stage.Covariance => Covariance(UnitNames.ShardOf(unit.Name)),
            Stage.Eigenbasis => Eigenbasis(unit.Name),
            Stage.Lambda => Lambda(UnitNames.ShardOf(unit.Name)),
            Stage.Query when unit.Kind == UnitKind.CorpusShard => QueryGradient(unit.Name == UnitNames.Toxic ? inputs.Toxic : inputs.Nontoxic),
            Stage.Query => Direction(unit.Name),
            Stage.Score => Scores(UnitNames.ShardOf(unit.Name)),
            Stage.Select => Selection,
            Stage.Train => TrainedWeights(unit.Name),
            Stage.Evaluate => Evaluation(unit.Name),
            Stage.Report => Report,
            _ => throw new ArgumentOutOfRangeException(nameof(unit), unit.Stage, "The preparation names its artifact itself."),
        };
    }

    /// <summary>What of an evaluation's settings determines a measurement, the files' contents aside.</summary>
    internal static EvaluationSpec Portable(EvaluationSpec evaluation) => evaluation with
    {
        Classifier = evaluation.Classifier.StartsWith("onnx:", StringComparison.Ordinal) ? "onnx" : evaluation.Classifier,
        Compare = [],
        Dpo = null,
        Rad = null,
        Prompts = null,
        Perplexity = null,
        LastWord = null,
        Labels = null,
        HardNegatives = null,
        ClassifierTexts = null,
    };

    /// <summary>Weights of a training, written when it ends; checkpoints lie beside them.</summary>
    private static string Training(string key) => $"train/{key}/model.safetensors";

    private string VariantKey(string variant) => Units.Variants.Trained(variant) switch
    {
        Units.Variants.Dpo => ContentKey.Of("dpo/1", VariantKey(Units.Variants.Base), inputs.Toxic.Key, inputs.Nontoxic.Key, specification.Evaluation?.Dpo ?? new DpoSpec(), specification.Seed),
        var trained => TrainingKey(inputs.Target!, specification.Training, trained switch
        {
            Units.Variants.Base => null,
            Units.Variants.Suppressed => ContentKey.Of("mask", SelectionKey, specification.Suppression),
            Units.Variants.Random => ContentKey.Of("mask", FilterKey(trained), specification.Suppression),
            _ => FilterKey(trained),
        }),
    };

    private string FilterKey(string variant) => variant == Units.Variants.Random
        ? ContentKey.Of("filter/1", variant, SelectionKey, specification.Seed)
        : ContentKey.Of("filter/1", variant, SelectionKey);

    /// <remarks>The same for the proxy and for the target: a base model that trains like the proxy is the proxy. Checkpoints change nothing.</remarks>
    private string TrainingKey(PreparedModel model, TrainingSpec training, string? mask) =>
        ContentKey.Of("training/1", model.Key, training with { CheckpointEvery = 0 }, inputs.CorpusKey, specification.Seed, mask);
}
