using IfGuide.Measures.Arrows;
using IfGuide.Measures.Sources;

namespace IfGuide.Measures.Reports;

/// <summary>Metrics as Markdown tables: one row a metric, one column for each set of files.</summary>
public static class MetricTable
{
    private static readonly Func<IReadOnlyList<SourceFile>, IEnumerable<Metric>>[] OfFiles =
    [
        FileMetrics.Measure,
        CodeMetrics.MeasureFunctions,
        CodeMetrics.MeasureStatements,
        CodeMetrics.MeasureExpressions,
        FileMetrics.MeasureLines,
        DeclarationMetrics.Measure,
        DeclarationMetrics.MeasureSignatures,
    ];

    /// <summary>The lines of the tables: the areas side by side, then the projects of each.</summary>
    /// <param name="files">What to measure, at least one file.</param>
    /// <param name="house">The arrows of <c>src</c>; null where no file of it is measured.</param>
    public static IEnumerable<string> Format(IReadOnlyList<SourceFile> files, House? house)
    {
        var areas = files.GroupBy(file => file.Area).ToList();
        var tables = areas.Select(area => FormatTable(area.GroupBy(file => file.Project), house));
        return tables.Prepend(FormatTable(areas, house)).SelectMany(table => table.Append(string.Empty));
    }

    private static IEnumerable<string> FormatTable(IEnumerable<IGrouping<string, SourceFile>> sets, House? house)
    {
        var columns = sets.Select(set => (Title: GetTitle(set.Key), Metrics: Measure([.. set], house))).ToList();
        yield return $"| | {string.Join(" | ", columns.Select(column => column.Title))} |";
        yield return $"|---{string.Concat(columns.Select(_ => "|---"))}|";
        foreach (var name in columns.SelectMany(column => column.Metrics.Keys).Distinct())
        {
            var values = columns.Select(column => column.Metrics.GetValueOrDefault(name, "–"));
            yield return $"| {name} | {string.Join(" | ", values)} |";
        }
    }

    private static string GetTitle(string set) => set.Replace("IfGuide.", string.Empty, StringComparison.Ordinal);

    private static Dictionary<string, string> Measure(IReadOnlyList<SourceFile> files, House? house)
    {
        var metrics = OfFiles.SelectMany(measure => measure(files));
        if (house is not null && files[0].Area == "src")
        {
            metrics = metrics.Concat(HouseMetrics.Measure(house, [.. files.Select(file => file.Project).Distinct()]));
        }

        return metrics.ToDictionary(metric => metric.Name, metric => metric.Value);
    }
}
