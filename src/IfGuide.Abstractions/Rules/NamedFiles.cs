using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules;

/// <summary>The files and folders that a run reads.</summary>
public static class NamedFiles
{
    private const string OnnxPrefix = "onnx:";

    /// <summary>All of them, with the key that names each.</summary>
    /// <param name="run">A run that <see cref="RunRules.Validate"/> lets pass.</param>
    public static IEnumerable<(string Key, string Path)> Of(RunSpec run)
    {
        ArgumentNullException.ThrowIfNull(run);
        (string Key, string? Path)[] named =
        [
            ("proxy.path", run.Proxy.Path),
            ("tokenizer", run.Tokenizer),
            ("corpus.path", run.Corpus.Path),
            .. Arrays("corpus.pretokenised", run.Corpus.Pretokenised),
            .. QuerySets(run).SelectMany(Queries),
            ("target.path", run.Target?.Path),
            ("training.validation", run.Target is null ? null : run.Training.Validation),
            ("proxy.training.validation", run.Proxy.Training?.Validation),
            .. Evaluation(run.Evaluation),
        ];
        return named.Where(file => file.Path is not null).Select(file => (file.Key, file.Path!));
    }

    /// <summary>The query sets of every behaviour, with the key that names each.</summary>
    /// <param name="run">A run that <see cref="RunRules.Validate"/> lets pass.</param>
    public static IEnumerable<(string Key, QuerySetSpec Set)> QuerySets(RunSpec run)
    {
        ArgumentNullException.ThrowIfNull(run);
        foreach (var pair in run.Queries.Pairs())
        {
            var key = pair.Name is null ? "queries" : $"queries.{pair.Name}";
            yield return ($"{key}.toxic", pair.Toxic);
            yield return ($"{key}.nontoxic", pair.Nontoxic);
        }
    }

    private static (string Key, string? Path)[] Evaluation(EvaluationSpec? evaluation)
    {
        if (evaluation is null)
        {
            return [];
        }

        var classifier = evaluation.Classifier;
        var onnx = classifier.StartsWith(OnnxPrefix, StringComparison.Ordinal) ? classifier[OnnxPrefix.Length..] : null;
        return
        [
            ("evaluation.prompts", evaluation.Prompts),
            ("evaluation.perplexity", evaluation.Perplexity),
            ("evaluation.last_word", evaluation.LastWord),
            ("evaluation.hard_negatives", evaluation.HardNegatives),
            ("evaluation.labels", evaluation.Labels),
            ("evaluation.classifier", onnx),
            ("evaluation.classifier_texts.toxic", evaluation.ClassifierTexts?.Toxic),
            ("evaluation.classifier_texts.nontoxic", evaluation.ClassifierTexts?.Nontoxic),
        ];
    }

    private static IEnumerable<(string Key, string? Path)> Queries((string Key, QuerySetSpec Set) queries) =>
        Arrays($"{queries.Key}.pretokenised", queries.Set.Pretokenised).Prepend(($"{queries.Key}.path", queries.Set.Path));

    private static IEnumerable<(string Key, string? Path)> Arrays(string key, PretokenisedSpec? arrays)
    {
        if (arrays is not null)
        {
            yield return ($"{key}.input_ids", arrays.InputIds);
            yield return ($"{key}.labels", arrays.Labels);
            yield return ($"{key}.attention_mask", arrays.AttentionMask);
        }
    }
}
