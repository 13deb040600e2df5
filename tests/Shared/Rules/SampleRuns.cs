using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Tests.Shared.Rules;

/// <summary>Runs in order that together have every key.</summary>
internal static class SampleRuns
{
    private static readonly ArchitectureSpec Shape = new()
    {
        ModelType = "llama",
        HiddenSize = 64,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 2,
        IntermediateSize = 96,
        VocabSize = 300,
        RotaryPct = 0.5,
        RotaryEmbBase = 5000,
        InitializerRange = 0.01,
        TieWordEmbeddings = true,
    };

    private static readonly TrainingSpec Training = new()
    {
        Epochs = 2,
        BatchSize = 8,
        MicroBatchSize = 4,
        LearningRate = 3e-3,
        Validation = "/data/valid.jsonl",
        ValidateEvery = 10,
        Divergence = 2,
        Workers = 2,
        LocalSteps = 3,
        OuterLearningRate = 0.7,
        OuterMomentum = 0.5,
    };

    /// <summary>Text, one pair of query sets, everything else said.</summary>
    public static RunSpec Complete { get; } = new()
    {
        Run = RunId.Parse("complete"),
        Proxy = new ModelSpec { Architecture = Shape, Training = Training },
        Tokenizer = "/data/tokenizer.json",
        Corpus = new CorpusSpec { Path = "/data/corpus.jsonl", Format = CorpusFormat.Jsonl, Text = "body", Block = 32, Packing = Packing.Document, OnError = RecordErrors.Skip },
        Queries = new QueriesSpec { Toxic = new QuerySetSpec { Path = "/data/toxic.jsonl" }, Nontoxic = new QuerySetSpec { Path = "/data/nontoxic.jsonl" }, MaxLength = 32 },
        Factors = new FactorsSpec { Strategy = CurvatureStrategy.Kfac, Damping = 0.01, Sequences = 100 },
        Scores = new ScoresSpec { Kind = ScoreKind.Position, Contrast = false },
        Selection = new SelectionSpec { Quantile = 0.95, Window = 2, Budget = TokenBudget.OfShare(0.07), Unit = SelectedUnit.Document },
        Target = new ModelSpec { Architecture = Shape },
        Suppression = new SuppressionSpec { Objective = SuppressionObjective.Hinge, PenaltyWeight = 0.5, HingeCap = 9 },
        Training = Training,
        Evaluation = new EvaluationSpec
        {
            Prompts = "/data/prompts.jsonl",
            Classifier = "onnx:/data/judge.onnx",
            ClassifierOutput = "toxicity",
            ClassifierActivation = OnnxActivation.Sigmoid,
            ClassifierTexts = new ClassifierTextsSpec { Toxic = "/data/a.jsonl", Nontoxic = "/data/b.jsonl" },
            Perplexity = "/data/valid.jsonl",
            LastWord = "/data/words.jsonl",
            HardNegatives = "/data/innocent.jsonl",
            Labels = "/data/labels.jsonl",
            Compare = ["base", "suppressed", "dpo"],
            Rad = new RadSpec { TopK = 5 },
            Dpo = new DpoSpec { Epochs = 3 },
        },
        Shards = 3,
    };

    /// <summary>Several behaviours, a proxy and a target from folders.</summary>
    public static RunSpec Named { get; } = new()
    {
        Run = RunId.Parse("named"),
        Proxy = new ModelSpec { Path = "/models/proxy" },
        Tokenizer = "/models/proxy/tokenizer.json",
        Corpus = new CorpusSpec { Path = "/data/corpus.jsonl" },
        Queries = new QueriesSpec { Behaviours = [Behaviour("pii"), Behaviour("harm")] },
        Selection = new SelectionSpec
        {
            Behaviours = [new BehaviourSelectionSpec { Name = "pii", Quantile = 0.9, Window = 0, Budget = TokenBudget.OfCount(12) }],
        },
        Target = new ModelSpec { Path = "/models/target" },
        SchemaVersion = 2,
    };

    /// <summary>Token arrays alone.</summary>
    public static RunSpec Tokens { get; } = new()
    {
        Run = RunId.Parse("tokens"),
        Proxy = new ModelSpec { Architecture = Shape, Training = new TrainingSpec() },
        Corpus = new CorpusSpec { Pretokenised = Arrays },
        Queries = new QueriesSpec { Toxic = new QuerySetSpec { Pretokenised = Arrays }, Nontoxic = new QuerySetSpec { Pretokenised = Arrays } },
    };

    public static IReadOnlyList<RunSpec> All { get; } = [Complete with { SchemaVersion = 4 }, Named, Tokens];

    private static PretokenisedSpec Arrays => new() { InputIds = "/data/ids.npy", Labels = "/data/labels.npy", AttentionMask = "/data/mask.npy" };

    private static BehaviourSpec Behaviour(string name) => new()
    {
        Name = name,
        Toxic = new QuerySetSpec { Path = $"/data/{name}.jsonl" },
        Nontoxic = new QuerySetSpec { Path = "/data/nontoxic.jsonl" },
    };
}
