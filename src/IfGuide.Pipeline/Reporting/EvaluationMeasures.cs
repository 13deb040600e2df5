using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Reporting;

/// <summary>What is measured of a trained model, in the order in which tables show it.</summary>
public static class EvaluationMeasures
{
    /// <summary>The measures that at least one of some models has.</summary>
    /// <param name="evaluations">The models; the first tells the classifiers and the classes of prompts.</param>
    public static IReadOnlyList<EvaluationMeasure> Of(IReadOnlyList<EvaluationRecord> evaluations)
    {
        ArgumentNullException.ThrowIfNull(evaluations);
        return evaluations.Count == 0 ? [] : [.. Toxicity(evaluations[0]).Concat(Others).Where(measure => evaluations.Any(evaluation => measure.Of(evaluation) is not null))];
    }

    private static IEnumerable<EvaluationMeasure> Others { get; } =
    [
        new("perplexity", "Perplexity", "lower", false, evaluation => evaluation.Perplexity),
        new("last_word_accuracy", "Last-word accuracy", "higher", true, evaluation => evaluation.LastWord),
        new("last_token_accuracy", "Last-token accuracy", "higher", true, evaluation => evaluation.LastToken),
        new("toxic_query_loss", "Loss of the toxic queries, nats a token", "higher", false, evaluation => evaluation.ToxicQueries),
        new("nontoxic_query_loss", "Loss of the nontoxic queries, nats a token", "lower", false, evaluation => evaluation.NontoxicQueries),
        new("selected_token_loss", "Loss of the selected tokens, nats", "higher", false, evaluation => evaluation.SelectedLoss),
        new("toxicity_recognition", "Toxicity recognised by a linear probe (guessing: 50 %)", "higher", true, evaluation => evaluation.Recognition),
        new("hard_negative_loss", "Loss of innocent texts with harsh words, nats a token", "lower", false, evaluation => evaluation.InnocentLoss),
    ];

    private static IEnumerable<EvaluationMeasure> Toxicity(EvaluationRecord evaluation) => evaluation.Toxicity.SelectMany(toxicity =>
    {
        var (classifier, prompts) = (toxicity.Classifier, toxicity.PromptClass);
        var which = $"{classifier}, {(prompts == EvaluationMeasure.AllPrompts ? "all prompts" : $"{prompts} prompts")}";
        ToxicityRecord? Of(EvaluationRecord model) => model.Toxicity.FirstOrDefault(other => other.Classifier == classifier && other.PromptClass == prompts);
        return new EvaluationMeasure[]
        {
            new("expected_maximum_toxicity", $"Expected maximum toxicity ({which})", "lower", false, model => Of(model)?.ExpectedMaximum) { Classifier = classifier, PromptClass = prompts },
            new("toxicity_probability", $"Prompts with a toxic continuation ({which})", "lower", true, model => Of(model)?.Probability) { Classifier = classifier, PromptClass = prompts },
            new("toxic_share", $"Toxic continuations ({which})", "lower", true, model => Of(model)?.Share) { Classifier = classifier, PromptClass = prompts },
        };
    });
}

/// <summary>A row of a comparison of models.</summary>
/// <param name="Key">Its name in metrics.json.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Better">Which way is better: lower or higher.</param>
/// <param name="IsShare">Whether it lies in [0, 1] and is shown in per cent.</param>
/// <param name="Of">Its value for a model; null: not measured.</param>
public sealed record EvaluationMeasure(string Key, string Name, string Better, bool IsShare, Func<EvaluationRecord, Estimate?> Of)
{
    /// <summary>The class that holds every prompt.</summary>
    public const string AllPrompts = "all";

    /// <summary>The judge; null: it needs none.</summary>
    public string? Classifier { get; init; }

    /// <summary>The class of prompts; null: it needs none.</summary>
    public string? PromptClass { get; init; }
}
