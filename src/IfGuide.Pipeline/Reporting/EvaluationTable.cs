using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Reporting.Charts;

namespace IfGuide.Pipeline.Reporting;

/// <summary>The comparison of the trained models: one row a measure, one cell a model.</summary>
internal static class EvaluationTable
{
    private const int MostExamples = 8;

    public static object[] Rows(IReadOnlyList<EvaluationRecord> evaluations) =>
        [.. EvaluationMeasures.Of(evaluations).Select(measure => Row(measure.Name, measure.Better, measure.IsShare, [.. evaluations.Select(measure.Of)]))];

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
