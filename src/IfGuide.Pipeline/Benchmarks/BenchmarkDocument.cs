using System.Text.Json;
using IfGuide.Pipeline.Results.Metrics;

namespace IfGuide.Pipeline.Benchmarks;

/// <summary>benchmark.json: a benchmark's figures for programs.</summary>
public static class BenchmarkDocument
{
    /// <summary>Writes it.</summary>
    /// <param name="name">The benchmark's name.</param>
    /// <param name="table">Its figures.</param>
    /// <param name="missing">Runs that have not ended yet.</param>
    public static string Of(string name, BenchmarkTable table, int missing)
    {
        ArgumentNullException.ThrowIfNull(table);
        return JsonSerializer.Serialize(
            new
            {
                Benchmark = name,
                MissingRuns = missing,
                Models = table.Rows.Select(row => new
                {
                    Variant = row.Variant.Length == 0 ? null : row.Variant,
                    row.Model,
                    row.Seeds,
                    row.SelectedShare,
                    KnownSpans = row.KnownSpans.Count == 0 ? null : row.KnownSpans,
                    Measures = table.Measures.Select((measure, index) => (measure, estimate: row.Estimates[index], ofBase: row.OfBase[index])).Where(cell => cell.estimate is not null).Select(cell => new
                    {
                        Measure = cell.measure.Key,
                        cell.measure.Classifier,
                        cell.measure.PromptClass,
                        cell.estimate!.Value,
                        cell.estimate.Low,
                        cell.estimate.High,
                        RatioToBase = cell.ofBase,
                    }),
                }),
            },
            MetricsJson.Options);
    }
}
