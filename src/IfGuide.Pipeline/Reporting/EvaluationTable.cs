using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Reporting.Charts;

namespace IfGuide.Pipeline.Reporting;

/// <summary>The comparison of the trained models: one row a measure, one cell a model.</summary>
internal static class EvaluationTable
{
    private const int MostExamples = 8;

    public static object[] Rows(IReadOnlyList<EvaluationRecord> evaluations)
    {
        if (evaluations.Count == 0)
        {
            return [];
        }

        var rows = new List<(string Name, string Better, bool Share, Func<EvaluationRecord, Estimate?> Of)>();
        foreach (var (classifier, prompts) in evaluations[0].Toxicity.Select(toxicity => (toxicity.Classifier, toxicity.PromptClass)))
        {
            ToxicityRecord? Of(EvaluationRecord evaluation) => evaluation.Toxicity.FirstOrDefault(toxicity => toxicity.Classifier == classifier && toxicity.PromptClass == prompts);
            var which = $"{classifier}, {(prompts == "all" ? "all prompts" : $"{prompts} prompts")}";
            rows.Add(($"Expected maximum toxicity ({which})", "lower", false, evaluation => Of(evaluation)?.ExpectedMaximum));
            rows.Add(($"Prompts with a toxic continuation ({which})", "lower", true, evaluation => Of(evaluation)?.Probability));
            rows.Add(($"Toxic continuations ({which})", "lower", true, evaluation => Of(evaluation)?.Share));
        }

        rows.Add(("Perplexity", "lower", false, evaluation => evaluation.Perplexity));
        rows.Add(("Last-word accuracy", "higher", true, evaluation => evaluation.LastWord));
        rows.Add(("Last-token accuracy", "higher", true, evaluation => evaluation.LastToken));
        rows.Add(("Loss of the toxic queries, nats a token", "higher", false, evaluation => evaluation.ToxicQueries));
        rows.Add(("Loss of the nontoxic queries, nats a token", "lower", false, evaluation => evaluation.NontoxicQueries));
        rows.Add(("Loss of the selected tokens, nats", "higher", false, evaluation => evaluation.SelectedLoss));
        rows.Add(("Toxicity recognised by a linear probe (guessing: 50 %)", "higher", true, evaluation => evaluation.Recognition));
        rows.Add(("Loss of innocent texts with harsh words, nats a token", "lower", false, evaluation => evaluation.InnocentLoss));
        return [.. rows.Where(row => evaluations.Any(evaluation => row.Of(evaluation) is not null)).Select(row => Row(row.Name, row.Better, row.Share, [.. evaluations.Select(row.Of)]))];
    }

    /// <summary>What each model makes of the same prompts.</summary>
    public static object[] Examples(IReadOnlyList<EvaluationRecord> evaluations, HarshText harsh)
    {
        if (evaluations.Count == 0)
        {
            return [];
        }

        var others = evaluations.Select(evaluation => evaluation.Examples.ToLookup(example => example.Prompt)).ToList();
        return [.. evaluations[0].Examples.OrderByDescending(example => example.Toxicity).Take(MostExamples).Select(example => new
        {
            Prompt = harsh.Of(example.Prompt),
            example.PromptClass,
            Continuations = evaluations.Select((evaluation, index) => (evaluation, index))
                .Where(model => others[model.index].Contains(example.Prompt))
                .Select(model => (model.evaluation.Variant, model.index, Example: others[model.index][example.Prompt].First()))
                .Select(model => new { Name = model.Variant, Style = $"m{model.index}", Text = harsh.Of(model.Example.Continuation), Toxicity = Figures.Number(model.Example.Toxicity) })
                .ToArray(),
        })];
    }

    private static object Row(string name, string better, bool share, Estimate?[] estimates)
    {
        var known = estimates.OfType<Estimate>().ToList();
        var range = ChartRange.Around(known.SelectMany(estimate => new[] { estimate.Low, estimate.High, estimate.Value }));
        string Show(double value) => share ? Figures.Percent(value) : Figures.Number(value);
        return new
        {
            Name = name,
            Better = better,
            Cells = estimates.Select((estimate, index) => estimate is null
                ? new { Value = "–", Interval = string.Empty, Chart = string.Empty }
                : new { Value = Show(estimate.Value), Interval = $"{Show(estimate.Low)} to {Show(estimate.High)}", Chart = IntervalChart.Draw(estimate.Value, estimate.Low, estimate.High, range, $"m{index}") }).ToArray(),
        };
    }
}
