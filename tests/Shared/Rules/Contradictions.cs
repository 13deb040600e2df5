using IfGuide.Abstractions.Specification;

namespace IfGuide.Tests.Shared.Rules;

/// <summary>Runs of which two keys contradict each other, or a list of names is wrong.</summary>
internal static class Contradictions
{
    public static IEnumerable<BrokenRun> All =>
    [
        .. OfModels(),
        .. OfInputs(),
        .. OfBehaviours(),
        .. OfTrainings(),
        new("evaluation.classifier", "unknown", Complete with { Evaluation = new EvaluationSpec { Classifier = "bert" } }),
        new("evaluation.classifier", "empty", Complete with { Evaluation = new EvaluationSpec { Classifier = string.Empty } }),
        new("evaluation.classifier", "null", Complete with { Evaluation = new EvaluationSpec { Classifier = null! } }),
        new("evaluation.classifier", "without a path", Complete with { Evaluation = new EvaluationSpec { Classifier = "onnx:" } }),
        new("evaluation.classifier", "an output of no ONNX", Complete with { Evaluation = new EvaluationSpec { ClassifierOutput = "toxic" } }),
        new("selection", "documents by scores at the reference's index", Complete with { Scores = new ScoresSpec { Kind = ScoreKind.Reference } }),
    ];

    private static RunSpec Complete => SampleRuns.Complete;

    private static RunSpec Named => SampleRuns.Named;

    private static IEnumerable<BrokenRun> OfModels()
    {
        var shape = Complete.Target!.Architecture!;
        BrokenRun Target(string wrong, ArchitectureSpec changed) =>
            new("target.architecture", wrong, Complete with { Target = new ModelSpec { Architecture = changed } });
        return
        [
            new("proxy", "a path and an architecture", Complete with { Proxy = new ModelSpec { Path = "/models/proxy", Architecture = shape } }),
            new("proxy", "neither", Complete with { Proxy = new ModelSpec() }),
            new("proxy.training", "beside a path", Complete with { Proxy = new ModelSpec { Path = "/models/proxy", Training = new TrainingSpec() } }),
            new("target", "a path and an architecture", Complete with { Target = new ModelSpec { Path = "/models/target", Architecture = shape } }),
            new("target", "neither", Complete with { Target = new ModelSpec() }),
            new("target.training", "no key", Complete with { Target = new ModelSpec { Architecture = shape, Training = new TrainingSpec() } }, HasText: false),
            Target("heads do not divide", shape with { HiddenSize = 100, NumAttentionHeads = 3 }),
            Target("odd heads", shape with { HiddenSize = 12 }),
            Target("key heads do not divide", shape with { NumKeyValueHeads = 3 }),
            Target("key heads of another family", shape with { ModelType = "gpt_neox" }),
        ];
    }

    private static IEnumerable<BrokenRun> OfInputs()
    {
        var arrays = SampleRuns.Tokens.Corpus.Pretokenised!;
        return
        [
            new("tokenizer", "null", Complete with { Tokenizer = null }),
            new("tokenizer", "null, and only the queries are text", SampleRuns.Tokens with { Queries = Complete.Queries }),
            new("corpus", "text and token arrays", Complete with { Corpus = new CorpusSpec { Path = "/data/corpus.jsonl", Pretokenised = arrays } }),
            new("corpus", "neither", Complete with { Corpus = new CorpusSpec() }),
            new("corpus.block", "beside token arrays", SampleRuns.Tokens with { Corpus = new CorpusSpec { Pretokenised = arrays, Block = 64 } }),
            new("corpus.text", "beside token arrays", SampleRuns.Tokens with { Corpus = new CorpusSpec { Pretokenised = arrays, Text = "body" } }),
            new("queries.toxic", "text and token arrays", Complete with { Queries = Complete.Queries with { Toxic = new QuerySetSpec { Path = "/a", Pretokenised = arrays } } }),
            new("queries.toxic", "neither", Complete with { Queries = Complete.Queries with { Toxic = new QuerySetSpec() } }),
        ];
    }

    private static IEnumerable<BrokenRun> OfBehaviours()
    {
        BehaviourSpec[] behaviours = [.. Named.Queries.Behaviours!];
        BrokenRun Queries(string wrong, IReadOnlyList<BehaviourSpec> changed, bool hasText = true) =>
            new("queries", wrong, Named with { Queries = new QueriesSpec { Behaviours = changed }, Selection = new SelectionSpec() }, hasText);
        BrokenRun Selection(string wrong, IReadOnlyList<BehaviourSelectionSpec> changed, bool hasText = true) =>
            new("selection", wrong, Named with { Selection = new SelectionSpec { Behaviours = changed } }, hasText);
        return
        [
            Queries("a pair beside names", behaviours) with { Specification = Named with { Queries = Complete.Queries with { Behaviours = behaviours } } },
            Queries("none", []),
            Queries("one without a name", [behaviours[0] with { Name = null }]),
            Queries("a wrong name", [behaviours[0] with { Name = "PII" }]),
            Queries("a name that is a key", [behaviours[0] with { Name = "toxic" }]),
            Queries("a name too long", [behaviours[0] with { Name = new string('a', 32) }]),
            Queries("twice", [behaviours[0], behaviours[0]], hasText: false),
            Queries("null", [null!]),
            Queries("without a set", [behaviours[0] with { Nontoxic = null! }]),
            Queries("too many", [.. Enumerable.Range(0, 1001).Select(number => behaviours[0] with { Name = $"b{number}" })]),
            Selection("none", []),
            Selection("unknown", [new BehaviourSelectionSpec { Name = "pi" }]),
            Selection("without a name", [new BehaviourSelectionSpec { Name = null! }]),
            Selection("twice", [new BehaviourSelectionSpec { Name = "pii" }, new BehaviourSelectionSpec { Name = "pii" }], hasText: false),
            Selection("null", [null!]),
            new("selection", "behaviours where none has a name", Complete with { Selection = Named.Selection }),
        ];
    }

    private static IEnumerable<BrokenRun> OfTrainings() =>
    [
        new("training.micro_batch_size", "more than the batch", Complete with { Training = new TrainingSpec { BatchSize = 4, MicroBatchSize = 8 } }),
        new("training.workers", "more than the batch", Complete with { Training = new TrainingSpec { BatchSize = 4, Workers = 5 } }),
        new("training.local_steps", "without workers", Complete with { Training = new TrainingSpec { LocalSteps = 8 } }),
        new("training.outer_learning_rate", "without workers", Complete with { Training = new TrainingSpec { OuterLearningRate = 1 } }),
        new("training.outer_momentum", "without workers", Complete with { Training = new TrainingSpec { OuterMomentum = 0 } }),
        new("suppression.hinge_cap", "of another objective", Complete with { Suppression = new SuppressionSpec { HingeCap = 5 } }),
    ];
}
