using System.Globalization;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Numerics.Models;
using IfGuide.Pipeline.Methods;
using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Planning;

/// <summary>Store names of everything a run computes. Each name holds the key of all that determines the artifact.</summary>
/// <param name="specification">The run.</param>
/// <param name="inputs">Its prepared inputs.</param>
public sealed class ArtifactNames(RunSpec specification, PreparedInputs inputs)
{
    internal const string TrainedFile = "model.safetensors";
    private const string CheckpointPrefix = "checkpoint-";

    private readonly FactorsSpec factors = specification.Factors;

    /// <summary>True when the strategy uses Kronecker factors.</summary>
    public bool HasEigenbasis => factors.Curvature().NeedsEigenbasis;

    /// <summary>True when the strategy uses squared gradients.</summary>
    public bool HasLambda => factors.Curvature().NeedsLambda;

    /// <summary>Key of the proxy's weights.</summary>
    public string ProxyKey => field ??= inputs.Proxy.Weights is null
        ? TrainingKey(inputs.Proxy, ProxyTraining, mask: null, inputs.ProxyValidation)
        : inputs.Proxy.Key;

    /// <summary>The training of a proxy without weights.</summary>
    public TrainingSpec ProxyTraining => specification.Proxy.Training ?? specification.Training;

    /// <summary>Weights of the proxy.</summary>
    public string ProxyWeights => inputs.Proxy.Weights ?? Training(ProxyKey);

    /// <summary>Whether the corpus may have long padded sequences.</summary>
    private bool PaddedCorpus => inputs.SequenceLength > CausalLanguageModel.MaxSquareMask && (specification.Corpus.Packing == Packing.Document || specification.Corpus.Pretokenised is not null);

    private bool PaddedQueries => specification.Queries.MaxLength > CausalLanguageModel.MaxSquareMask;

    /// <summary>Long padded sequences have taken another kernel since they go without a mask of T × T: their numbers differ in rounding, and so their keys in version. All other keys stay.</summary>
    private static string Attending(string version, bool longPadded) => longPadded ? version + " from starts" : version;

    private string FactorKey => field ??= ContentKey.Of(Attending("factors/1", PaddedCorpus), ProxyKey, inputs.CorpusKey, specification.Seed, factors.Labels, factors.Sequences, factors.Precision);

    private string LambdaKey => field ??= ContentKey.Of("lambda/1", FactorKey, factors.Strategy);

    private string QueryKey(PreparedQueries queries) => ContentKey.Of(Attending("query/1", PaddedQueries), ProxyKey, queries.Key, factors.Precision);

    /// <summary>What is computed for each behaviour, in order.</summary>
    public IReadOnlyList<BehaviourNames> Behaviours => field ??= [.. inputs.Behaviours.Select(NamesOf)];

    /// <summary>Whether behaviours have names.</summary>
    public bool AreNamed => inputs.Named is not null;

    /// <remarks>The tokens that training leaves out are those that any behaviour selected: of one behaviour, its own selection.</remarks>
    private string SelectionKey => field ??= Behaviours is [var only]
        ? only.SelectionKey
        : ContentKey.Of("union/1", Behaviours.Select(behaviour => $"{behaviour.Name}={behaviour.SelectionKey}").ToArray());

    /// <remarks>What is compared with a model changes nothing about it, nor where its files lie; what they hold and how it is decoded does.</remarks>
    private string EvaluationKey(string variant) => ContentKey.Of("evaluate/3", [
        VariantKey(variant),
        Portable(specification.Evaluation!),
        Planning.Variants.IsRewarded(variant) ? specification.Evaluation!.Rad ?? new RadSpec() : null,
        inputs.Prompts,
        inputs.Perplexity,
        inputs.LastWord,
        inputs.Labels,
        .. QueryKeys,
        inputs.Tokenizer,
        SelectionKey,
        specification.Seed,
        .. new[] { inputs.ClassifierTexts?.Key, inputs.Onnx?.Key, inputs.HardNegatives }.OfType<string>()]);

    private IEnumerable<object?> QueryKeys => inputs.Behaviours.SelectMany(behaviour => (object?[])[.. BehaviourName(behaviour.Name), behaviour.Toxic.Key, behaviour.Nontoxic.Key]);

    private string ReportKey => field ??= ContentKey.Of(
        "report/3",
        [SelectionKey, inputs.Overlap, inputs.Tokenizer, ReportedModels(), specification.Run.ToString(), .. inputs.Behaviours.SelectMany(behaviour => BehaviourName(behaviour.Name))]);

    /// <summary>Keys of what the report tells of each model: its measurements, or its training alone where nothing is measured; null: no model is trained.</summary>
    private string[]? ReportedModels()
    {
        if (specification.Target is null)
        {
            return null;
        }

        return specification.Evaluation is null ? [.. Variants.Select(VariantKey)] : [.. Variants.Select(EvaluationKey)];
    }

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

    /// <summary>What is computed for one behaviour.</summary>
    /// <param name="name">Its name; null: the run's only one.</param>
    /// <exception cref="ArgumentException">The run has no behaviour of that name.</exception>
    public BehaviourNames Behaviour(string? name) => Behaviours.FirstOrDefault(behaviour => behaviour.Name == name)
        ?? throw new ArgumentException($"The run has no behaviour '{name}'.", nameof(name));

    /// <summary>Mask of one shard, npy bool [sequences, tokens]: what training leaves out, the union of all behaviours' masks.</summary>
    /// <param name="shard">The shard.</param>
    public string Mask(int shard) => $"select/{SelectionKey}/mask-{shard:D5}.npy";

    /// <summary>Summary of what training leaves out; written last. Of several behaviours a <see cref="UnionRecord"/>, of one its <see cref="SelectionRecord"/>.</summary>
    public string Selection => Behaviours is [var only] ? only.Selection : $"select/{SelectionKey}/union.msgpack";

    /// <summary>Models that the run trains and compares, in order.</summary>
    public IReadOnlyList<string> Variants => specification.Target is null ? [] : specification.Evaluation?.Compare ?? ["suppressed"];

    /// <summary>Models that the run trains, each once; a set needs those before it.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Trainings => Planning.Variants.TrainedFirst(Variants);

    /// <summary>Weights of the trained model behind one that is compared.</summary>
    /// <param name="variant">The model.</param>
    public string TrainedWeights(string variant) => Training(VariantKey(variant));

    /// <summary>Mask of one shard under a baseline filter.</summary>
    /// <param name="variant"><c>word-filter</c>, <c>document-filter</c> or <c>random</c>.</param>
    /// <param name="shard">The shard.</param>
    public string FilterMask(string variant, int shard) => $"train/{FilterKey(variant)}/mask-{shard:D5}.npy";

    /// <summary>Held-out text that a training measures itself on; null: none.</summary>
    /// <param name="variant">The model; <c>proxy</c> for the proxy.</param>
    /// <remarks>A hinge without a cap takes its cap from held-out text, where there is any.</remarks>
    public string? HeldOut(string variant) => variant == UnitNames.Proxy
        ? inputs.ProxyValidation
        : inputs.Validation ?? (variant is Planning.Variants.Suppressed or Planning.Variants.Random && specification.Suppression is { Objective: SuppressionObjective.Hinge, HingeCap: null } ? inputs.Perplexity : null);

    /// <summary>Loss curve of a training, beside its weights.</summary>
    /// <param name="weights">Store name of the trained weights.</param>
    public static string TrainingLogOf(string weights) => $"{weights[..weights.LastIndexOf('/')]}/log.msgpack";

    /// <summary>What went through the store between the workers of a training, beside its weights; absent where one worker trained.</summary>
    /// <param name="weights">Store name of the trained weights.</param>
    public static string CommunicationOf(string weights) => $"{weights[..weights.LastIndexOf('/')]}/communication.msgpack";

    /// <summary>The artifact in whose place a part of a training is no longer needed; null: the artifact is no such part.</summary>
    /// <param name="artifact">A unit's artifact.</param>
    public static string? WholeOf(string artifact) => RoundNames.WeightsOf(artifact);

    /// <summary>A checkpoint of a training, beside its weights.</summary>
    /// <param name="weights">Store name of the trained weights.</param>
    /// <param name="step">Steps taken.</param>
    public static string CheckpointOf(string weights, long step) =>
        string.Create(CultureInfo.InvariantCulture, $"{weights[..weights.LastIndexOf('/')]}/{CheckpointPrefix}{step:D9}.safetensors");

    /// <summary>Steps taken at a checkpoint; null: the artifact is none.</summary>
    /// <param name="artifact">Its store name.</param>
    public static long? StepOfCheckpoint(string artifact)
    {
        var name = artifact.AsSpan(artifact.LastIndexOf('/') + 1);
        return name.StartsWith(CheckpointPrefix, StringComparison.Ordinal) && long.TryParse(name[CheckpointPrefix.Length..name.LastIndexOf('.')], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
    }

    /// <summary>Measurements of one model.</summary>
    /// <param name="variant">The model.</param>
    public string Evaluation(string variant) => $"evaluate/{EvaluationKey(variant)}/evaluation.msgpack";

    /// <summary>Losses of each named behaviour's queries under one model; absent where behaviours have no names.</summary>
    /// <param name="variant">The model.</param>
    public string BehaviourLosses(string variant) => $"evaluate/{EvaluationKey(variant)}/behaviours.msgpack";

    /// <summary>The run's figures for programs.</summary>
    public string Metrics => $"report/{ReportKey}/metrics.json";

    /// <summary>The run's page for people.</summary>
    public string Report => $"report/{ReportKey}/report.html";

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

    /// <summary>The behaviour that a unit belongs to, and the unit's name without it; null: it belongs to all of them.</summary>
    internal (BehaviourNames Behaviour, string Name)? Part(UnitReference unit)
    {
        if (!AreNamed)
        {
            return (Behaviours[0], unit.Name);
        }

        var dot = unit.Name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? null : (Behaviours.FirstOrDefault(behaviour => behaviour.Name == unit.Name[..dot]) ?? throw Unknown(unit), unit.Name[(dot + 1)..]);
    }

    /// <summary>The behaviour that a unit belongs to, and the unit's name without it.</summary>
    /// <exception cref="ArgumentException">It belongs to no behaviour.</exception>
    internal (BehaviourNames Behaviour, string Name) PartOf(UnitReference unit) => Part(unit) ?? throw Unknown(unit);

    /// <summary>The query set whose gradient a unit sums.</summary>
    internal PreparedQueries QueriesOf(UnitReference unit) => Part(unit) switch
    {
        (var behaviour, UnitNames.Toxic) => behaviour.Queries.Toxic,
        (var behaviour, UnitNames.Nontoxic) => behaviour.Queries.Nontoxic,
        _ => throw Unknown(unit),
    };

    private static ArgumentException Unknown(UnitReference unit) => new($"Stage {unit.Stage} of the run has no unit '{unit.Name}'.", nameof(unit));

    /// <summary>Names are not part of an unnamed run's keys.</summary>
    private static string[] BehaviourName(string? name) => name is null ? [] : [name];

    private BehaviourNames NamesOf(PreparedBehaviour behaviour)
    {
        var direction = ContentKey.Of(
            "direction/1",
            factors.Strategy,
            HasEigenbasis ? FactorKey : null,
            HasLambda ? LambdaKey : null,
            factors.Curvature().IsDamped ? factors.Damping : null,
            QueryKey(behaviour.Toxic),
            specification.Scores.Contrast ?? true ? QueryKey(behaviour.Nontoxic) : "no contrast",
            specification.Scores.Normalise);
        var score = ContentKey.Of(Attending("score/1", PaddedCorpus), direction, ProxyKey, inputs.CorpusKey, specification.Scores.Kind, factors.Precision);
        return new BehaviourNames(behaviour, specification.Selection.For(behaviour.Name), direction, score);
    }

    /// <summary>Weights of a training, written when it ends; checkpoints lie beside them.</summary>
    private static string Training(string key) => $"train/{key}/{TrainedFile}";

    private string VariantKey(string variant) => Planning.Variants.Trained(variant) switch
    {
        Planning.Variants.Dpo => ContentKey.Of("dpo/1", [VariantKey(Planning.Variants.Base), .. QueryKeys, specification.Evaluation?.Dpo ?? new DpoSpec(), specification.Seed]),
        var trained => TrainingKey(inputs.Target!, specification.Training, trained switch
        {
            Planning.Variants.Base => null,
            Planning.Variants.Suppressed => ContentKey.Of("mask", SelectionKey, specification.Suppression),
            Planning.Variants.Random => ContentKey.Of("mask", FilterKey(trained), specification.Suppression),
            _ => FilterKey(trained),
        }, HeldOut(trained)),
    };

    private string FilterKey(string variant) => variant == Planning.Variants.Random
        ? ContentKey.Of("filter/1", variant, SelectionKey, specification.Seed)
        : ContentKey.Of("filter/1", variant, SelectionKey);

    /// <remarks>The same for the proxy and for the target: a base model that trains like the proxy is the proxy. Checkpoints, and when to give up, change nothing.</remarks>
    private string TrainingKey(PreparedModel model, TrainingSpec training, string? mask, string? heldOut)
    {
        var settings = TrainingRounds.Canonical(training) with { CheckpointEvery = 0, Divergence = null, Validation = null };
        var version = Attending(settings.Workers is null ? "training/1" : "rounds/3", PaddedCorpus);
        return heldOut is null
            ? ContentKey.Of(version, model.Key, settings with { ValidateEvery = null }, inputs.CorpusKey, specification.Seed, mask)
            : ContentKey.Of(version, model.Key, settings, inputs.CorpusKey, specification.Seed, mask, heldOut);
    }
}
