using System.Globalization;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Methods;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Reporting.Charts;

namespace IfGuide.Pipeline.Reporting;

/// <summary>The page's first glance, and what was asked for.</summary>
internal static class ReportSummary
{
    /// <summary>The few numbers that tell how it went.</summary>
    public static object[] Cards(ReportData data)
    {
        var selection = data.Selection;
        var cards = new List<object>
        {
            Card("tokens suppressed", Figures.Count(selection.SelectedTokens), $"{Figures.Percent((double)selection.SelectedTokens / Math.Max(1, selection.CorpusTokens), 2)} of {Figures.Count(selection.CorpusTokens)}"),
        };
        foreach (var behaviour in data.Behaviours.Where(behaviour => data.AreNamed))
        {
            cards.Add(Card($"for {behaviour.Name}", Figures.Count(behaviour.Selection.SelectedTokens), $"{Figures.Percent((double)behaviour.Selection.SelectedTokens / Math.Max(1, selection.CorpusTokens), 2)}; budget {Figures.Count(behaviour.Selection.Budget)}"));
        }

        if (data.Only is null)
        {
            cards.Add(Card("for more than one behaviour", Figures.Count(selection.SharedTokens), string.Join("; ", selection.Overlaps.Select(overlap => $"{overlap.First} and {overlap.Second}: {Figures.Count(overlap.Tokens)}"))));
        }

        if (data.Only?.KnownSpans is { } known)
        {
            cards.Add(Card("of the known toxic spans touched", Figures.Percent(known.Spans == 0 ? 0 : (double)known.SpansTouched / known.Spans, 0), $"{Figures.Count(known.SpansTouched)} of {Figures.Count(known.Spans)}; by token: precision {Figures.Percent(known.Precision)}, recall {Figures.Percent(known.Recall)}"));
        }

        if (Compared(data) is var (before, after))
        {
            if (Headline(before) is { } toxicBefore && Headline(after) is { } toxicAfter)
            {
                var factor = toxicAfter.Share.Value > 0 ? $"{Figures.Number(Math.Round(toxicBefore.Share.Value / toxicAfter.Share.Value, 1))} times less" : "none left in the sample";
                cards.Add(Card("toxic continuations", $"{Figures.Percent(toxicBefore.Share.Value)} → {Figures.Percent(toxicAfter.Share.Value)}", $"{factor} ({toxicBefore.Classifier}, {toxicBefore.PromptClass} prompts)"));
            }

            if (before.Perplexity is { } plain && after.Perplexity is { } suppressed)
            {
                cards.Add(Card("perplexity", $"{Figures.Number(plain.Value)} → {Figures.Number(suppressed.Value)}", Figures.Change(plain.Value, suppressed.Value)));
            }
        }

        return [.. cards];
    }

    /// <summary>The baseline and the suppressed model; null: fewer than two models were measured.</summary>
    public static (EvaluationRecord Before, EvaluationRecord After)? Compared(ReportData data) => data.Evaluations.Count < 2
        ? null
        : (data.Evaluations[0], data.Evaluations.FirstOrDefault(evaluation => evaluation.Variant == "suppressed") ?? data.Evaluations[1]);

    /// <summary>How tokens came to be suppressed.</summary>
    public static object[] SelectionFacts(BehaviourReport behaviour)
    {
        var (selection, spec) = (behaviour.Selection, behaviour.Parameters);
        return
        [
            .. spec.Unit == SelectedUnit.Document
                ? new[] { Fact("Candidates", $"{Figures.Count(selection.Candidates)} documents whose scores sum to more than 0, taken whole by descending sum") }
                :
                [
                    Fact("Threshold", $"{Figures.Number(selection.Threshold)}: the {Figures.Percent(spec.Quantile, 2)} quantile of the scores"),
                    Fact("Candidates above it", Figures.Count(selection.Candidates)),
                    Fact("Window", spec.Window == 0 ? "the candidate alone" : $"{spec.Window} on each side of a candidate"),
                ],
            Fact("Budget", $"{Figures.Count(selection.Budget)} tokens{(selection.StoppedOnBudget ? ", used up" : ", not used up")}"),
            Fact("Sequences with suppressed tokens", $"{Figures.Count(selection.SelectedSequences)} of {Figures.Count(selection.Sequences)}"),
            .. behaviour is { Name: not null, KnownSpans: { } known }
                ? new[] { Fact("Known toxic spans touched", $"{Figures.Count(known.SpansTouched)} of {Figures.Count(known.Spans)}; by token: precision {Figures.Percent(known.Precision)}, recall {Figures.Percent(known.Recall)}") }
                : [],
        ];
    }

    /// <summary>The settings that matter to a reader.</summary>
    public static object[] Settings(RunSpec run)
    {
        var objective = run.Suppression.Objective.ToString().ToLowerInvariant();
        return
        [
            Fact("Proxy", Model(run.Proxy)),
            Fact("Corpus", run.Corpus.Path ?? run.Corpus.Pretokenised?.InputIds ?? string.Empty),
            Fact("Curvature", $"{run.Factors.Curvature().Key}, {run.Factors.Labels.ToString().ToLowerInvariant()} labels, {(run.Factors.Damping is { } damping ? $"damping {Figures.Number(damping)}" : "automatic damping")}, {(run.Factors.Sequences is { } count ? $"{Figures.Count(count)} sequences" : "all sequences")}"),
            Fact("Scores", $"{run.Scores.Kind.ToString().ToLowerInvariant()}, query gradients normalised by {run.Scores.Normalise.ToString().ToLowerInvariant()}{(run.Scores.Contrast ?? true ? string.Empty : ", toxic queries alone")}"),
            Fact("Target", run.Target is null ? "none: the run stops after selection" : Model(run.Target)),
            Fact("Suppression", run.Target is null ? "–" : $"{objective}, lambda {Figures.Number(run.Suppression.PenaltyWeight)}"),
            .. run is { Target: not null, Evaluation: null } ? new[] { Fact("Evaluation", "none: the trained model is not measured") } : [],
            Fact("Seed", run.Seed.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>The toxicity that the summary quotes: of prompts that elicit it, where the prompts are classed; else of all.</summary>
    public static ToxicityRecord? Headline(EvaluationRecord evaluation) =>
        evaluation.Toxicity.FirstOrDefault(toxicity => toxicity.PromptClass == "eliciting") ?? evaluation.Toxicity.FirstOrDefault(toxicity => toxicity.PromptClass == "all");

    private static string Model(ModelSpec model) => model.Path ?? (model.Architecture is { } shape
        ? $"{shape.ModelType} from scratch: {shape.NumHiddenLayers} layers of width {shape.HiddenSize}, {shape.NumAttentionHeads} heads, feed-forward {shape.IntermediateSize}"
        : string.Empty);

    private static object Card(string name, string value, string note) => new { Name = name, Value = value, Note = note };

    private static object Fact(string name, string value) => new { Name = name, Value = value };
}
