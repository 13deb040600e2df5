using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Cli.RunFiles.Keys;
using IfGuide.Cli.RunFiles.Values;

namespace IfGuide.Cli.RunFiles;

/// <summary>The top of the run file's language: the table that parser, messages and JSON Schema are made of.</summary>
internal static class RunFileKeys
{
    public static Section<RunSpec> Root { get; } = new(
        () => new RunSpec { Run = default, Proxy = null!, Corpus = null!, Queries = null! },
        Key.Of("run", new MappedKind<string, RunId>(new TextKind("1 to 63 characters of a-z, 0-9 and '-', the first a letter or a digit", text => RunId.TryParse(text, out _), "^[a-z0-9][a-z0-9-]{0,62}$"), RunId.Parse),
            (RunSpec run, RunId id) => run with { Run = id }, "The run's id; by default the file's name without its extension."),
        Key.Of("seed", new WholeNumberKind(0), (RunSpec run, long seed) => run with { Seed = (ulong)seed },
            "Seed of every random choice: labels, data order, sampling, initial weights.", "1004"),
        Key.Of("proxy", ModelKeys.Proxy, (RunSpec run, ModelSpec proxy) => run with { Proxy = proxy },
            "The model whose gradients attribute: a Hugging Face folder, or an architecture that is trained on the corpus first."),
        Key.Of("tokenizer", new PathKind("the path of a tokenizer.json"), (RunSpec run, string path) => run with { Tokenizer = path },
            "Path of tokenizer.json; by default the one in the proxy's folder."),
        Key.Of("corpus", CorpusKeys.Corpus, (RunSpec run, CorpusSpec corpus) => run with { Corpus = corpus },
            "The training corpus: text to tokenise, or token arrays."),
        Key.Of("queries", CorpusKeys.Queries, (RunSpec run, QueriesSpec queries) => run with { Queries = queries },
            "The two query sets whose mean gradients are contrasted; or a named pair for each of several behaviours, scored in one pass."),
        Key.Of("factors", InfluenceKeys.Factors, (RunSpec run, FactorsSpec factors) => run with { Factors = factors },
            "How curvature is estimated."),
        Key.Of("scores", InfluenceKeys.Scores, (RunSpec run, ScoresSpec scores) => run with { Scores = scores },
            "Which scores are computed."),
        Key.Of("selection", InfluenceKeys.Selection, (RunSpec run, SelectionSpec selection) => run with { Selection = selection },
            "How tokens are selected."),
        Key.Of("target", ModelKeys.Target, (RunSpec run, ModelSpec target) => run with { Target = target },
            "The model that is trained with suppression; without it the run stops after selection."),
        Key.Of("suppression", TrainingKeys.Suppression, (RunSpec run, SuppressionSpec suppression) => run with { Suppression = suppression },
            "What happens to the loss of selected tokens."),
        Key.Of("training", TrainingKeys.Training, (RunSpec run, TrainingSpec training) => run with { Training = training },
            "How the target is trained: AdamW, cosine schedule, linear warm-up."),
        Key.Of("evaluation", EvaluationKeys.Evaluation, (RunSpec run, EvaluationSpec evaluation) => run with { Evaluation = evaluation },
            "How the trained models are measured; without it they are not."),
        Key.Of("shards", new OrWordKind<long>("auto", WholeNumberKind.Count(most: 100_000)), (RunSpec run, long? shards) => run with { Shards = (int?)shards },
            "Number of corpus shards, the unit of work and of resuming; auto: from the plan.", "\"auto\""))
    {
        Required = ["proxy", "corpus", "queries"],
        Rule = run => (UnknownBehaviour(run) ?? MisplacedScores(run)) is { } wrong ? ("selection", wrong) : null,
    };

    /// <summary>A score at the reference's index may belong to a label of the next document.</summary>
    private static string? MisplacedScores(RunSpec run) => run is { Selection.Unit: SelectedUnit.Document, Scores.Kind: ScoreKind.Reference }
        ? "has unit 'document', which sums scores at their labels, but 'scores.kind' is reference; take kind token or position"
        : null;

    private static string? UnknownBehaviour(RunSpec run)
    {
        string[] known = [.. run.Queries.Behaviours?.Select(behaviour => behaviour.Name!) ?? []];
        return run.Selection.Behaviours?.FirstOrDefault(behaviour => !known.Contains(behaviour.Name))?.Name is not { } unknown ? null
            : known.Length == 0 ? $"has parameters for the behaviour '{unknown}', but 'queries' names no behaviours; remove 'selection.behaviours', or name the pair of query sets '{unknown}'"
            : $"has parameters for the behaviour '{unknown}', which 'queries' does not have; did you mean '{NearestName.Of(unknown, known)}'? Behaviours: {string.Join(", ", known)}";
    }
}
