using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Keys;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules;

/// <summary>The top of the table of keys. Parser, messages, JSON Schema and the check of a <see cref="RunSpec"/> are made of it.</summary>
internal static class RunTable
{
    private static readonly TextKind IdText = new(
        "1 to 63 characters of a-z, 0-9 and '-', the first a letter or a digit",
        text => RunId.TryParse(text, out _),
        "^[a-z0-9][a-z0-9-]{0,62}$");

    /// <summary>All keys.</summary>
    public static Section<RunSpec> Root { get; } = new(
        () => new RunSpec { Run = default, Proxy = null!, Corpus = null!, Queries = null! },
        Key<RunSpec>.Of(
            "run",
            new MappedKind<string, RunId>(IdText, RunId.Parse, id => id.ToString()),
            run => run.Run,
            (run, id) => run with { Run = id },
            "The run's id; by default the file's name without its extension."),
        Key<RunSpec>.Of(
            "seed", new WholeNumberKind<ulong>(0), run => run.Seed, (run, seed) => run with { Seed = seed },
            "Seed of every random choice: labels, data order, sampling, initial weights.", "1004"),
        Key<RunSpec>.Of(
            "proxy", ModelKeys.Proxy, run => run.Proxy, (run, proxy) => run with { Proxy = proxy },
            "The model whose gradients attribute: a Hugging Face folder, or an architecture that is trained on the corpus first."),
        Key<RunSpec>.Of(
            "tokenizer",
            new PathKind("the path of a tokenizer.json"),
            run => run.Tokenizer,
            (run, path) => run with { Tokenizer = path },
            "Path of tokenizer.json; by default the one in the proxy's folder."),
        Key<RunSpec>.Of(
            "corpus", CorpusKeys.Corpus, run => run.Corpus, (run, corpus) => run with { Corpus = corpus },
            "The training corpus: text to tokenise, or token arrays."),
        Key<RunSpec>.Of(
            "queries", CorpusKeys.Queries, run => run.Queries, (run, queries) => run with { Queries = queries },
            "The two query sets whose mean gradients are contrasted; or a named pair for each of several behaviours, scored in one pass."),
        Key<RunSpec>.Of(
            "factors",
            InfluenceKeys.Factors,
            run => run.Factors,
            (run, factors) => run with { Factors = factors },
            "How curvature is estimated."),
        Key<RunSpec>.Of(
            "scores",
            InfluenceKeys.Scores,
            run => run.Scores,
            (run, scores) => run with { Scores = scores },
            "Which scores are computed."),
        Key<RunSpec>.Of(
            "selection", SelectionKeys.Selection, run => run.Selection, (run, selection) => run with { Selection = selection },
            "How tokens are selected."),
        Key<RunSpec>.Of(
            "target", ModelKeys.Target, run => run.Target, (run, target) => run with { Target = target },
            "The model that is trained with suppression; without it the run stops after selection."),
        Key<RunSpec>.Of(
            "suppression",
            SuppressionKeys.Suppression,
            run => run.Suppression,
            (run, suppression) => run with { Suppression = suppression },
            "What happens to the loss of selected tokens."),
        Key<RunSpec>.Of(
            "training", TrainingKeys.Training, run => run.Training, (run, training) => run with { Training = training },
            "How the target is trained: AdamW, cosine schedule, linear warm-up."),
        Key<RunSpec>.Of(
            "evaluation",
            EvaluationKeys.Evaluation,
            run => run.Evaluation,
            (run, evaluation) => run with { Evaluation = evaluation },
            "How the trained models are measured; without it they are not."),
        Key<RunSpec>.Of(
            "shards",
            new OrWordKind<int>("auto", new WholeNumberKind<int>(1, 100_000)),
            run => run.Shards,
            (run, shards) => run with { Shards = shards },
            "Number of corpus shards, the unit of work and of resuming; auto: from the plan.", "\"auto\""))
    {
        Required = ["proxy", "corpus", "queries"],
        Rule = run => (FindUnknownBehaviour(run) ?? FindMisplacedScores(run)) is { } wrong ? ("selection", wrong) : null,
    };

    /// <summary>A score at the reference's index may belong to a label of the next document.</summary>
    private static string? FindMisplacedScores(RunSpec run)
    {
        if (run is not { Selection.Unit: SelectedUnit.Document, Scores.Kind: ScoreKind.Reference })
        {
            return null;
        }

        return
            "has unit 'document', which sums scores at their labels, but 'scores.kind' is reference; take kind token or position";
    }

    private static string? FindUnknownBehaviour(RunSpec run)
    {
        string[] known = [.. run.Queries.Behaviours?.Select(behaviour => behaviour.Name!) ?? []];
        var unknown = run.Selection.Behaviours?.FirstOrDefault(behaviour => !known.Contains(behaviour.Name))?.Name;
        if (unknown is null)
        {
            return null;
        }

        var found = $"has parameters for the behaviour '{unknown}'";
        if (known.Length == 0)
        {
            return
                $"{found}, but 'queries' names no behaviours; remove 'selection.behaviours', or name the pair of query sets '{unknown}'";
        }

        var meant = NearestName.Of(unknown, known);
        return $"{found}, which 'queries' does not have; did you mean '{meant}'? Behaviours: {string.Join(", ", known)}";
    }
}
