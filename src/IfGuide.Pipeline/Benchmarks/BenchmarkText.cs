using System.Globalization;
using System.Text;
using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Reporting.Charts;

namespace IfGuide.Pipeline.Benchmarks;

/// <summary>A benchmark's tables in Markdown.</summary>
public static class BenchmarkText
{
    /// <summary>Writes the tables: the models of the run file, measure by measure; then what the variants change, one row each.</summary>
    /// <param name="name">The benchmark's name.</param>
    /// <param name="table">Its figures.</param>
    public static string Of(string name, BenchmarkTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {name}\n\nMean over the seeds, and a 95 % interval for other seeds and other prompts. In brackets: how many times less than the base model (toxicity), or the change against it (perplexity).\n");
        if (table.Rows.Where(row => row.Variant.Length == 0).ToArray() is { Length: > 0 } models)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## Models (seeds {Seeds(models[0])})\n\n");
            Line(text, ["", .. models.Select(model => model.Model)]);
            Line(text, [.. models.Select(_ => "---").Prepend("---")]);
            for (var index = 0; index < table.Measures.Count; index++)
            {
                var at = index;
                Line(text, [table.Measures[at].Name, .. models.Select(model => Cell(table.Measures[at], model, at))]);
            }

            Line(text, ["Tokens suppressed", .. models.Select(model => model.Model == BenchmarkTable.BaseModel ? "–" : Figures.Percent(model.SelectedShare, 2))]);
        }

        if (table.Rows.Where(row => row.Variant.Length > 0).ToArray() is { Length: > 0 } variants)
        {
            var shown = table.Measures.Select((measure, index) => (measure, index)).Where(row => row.measure is { PromptClass: EvaluationMeasure.AllPrompts, Key: not "toxic_share" } or { Key: "perplexity" }).ToArray();
            text.Append("\n## Variants\n\n");
            Line(text, ["Variant", "Model", "Seeds", .. shown.Select(row => row.measure.Name), "Tokens suppressed", "Average precision on known spans"]);
            Line(text, [.. Enumerable.Repeat("---", shown.Length + 5)]);
            foreach (var row in table.Rows.Where(row => row is { Variant: "", Model: "suppressed" }).Concat(variants))
            {
                var precision = row.KnownSpans.Count == 0 ? "–" : Figures.Number(row.KnownSpans.Average(known => known.AveragePrecision));
                Line(text, [row.Variant.Length == 0 ? "(the run file)" : row.Variant, row.Model, Seeds(row), .. shown.Select(column => Cell(column.measure, row, column.index)), Figures.Percent(row.SelectedShare, 2), precision]);
            }
        }

        return text.ToString();
    }

    private static string Seeds(BenchmarkRow row) => string.Join(", ", row.Seeds);

    private static string Cell(EvaluationMeasure measure, BenchmarkRow row, int index)
    {
        if (row.Estimates[index] is not { } estimate)
        {
            return "–";
        }

        string Show(double value) => measure.IsShare ? Figures.Percent(value) : Figures.Number(value);
        var cell = $"{Show(estimate.Value)} [{Show(estimate.Low)}, {Show(estimate.High)}]";
        return row is { Variant: "", Model: BenchmarkTable.BaseModel } || row.OfBase[index] is not { } ratio ? cell : cell + Against(measure, ratio);
    }

    private static string Against(EvaluationMeasure measure, double ratio) => measure switch
    {
        { Classifier: not null } => ratio == 0 ? " (none left)" : string.Create(CultureInfo.InvariantCulture, $" ({1 / ratio:0.0}×)"),
        { Key: "perplexity" } => $" ({Figures.Change(1, ratio)})",
        _ => string.Empty,
    };

    private static void Line(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
