using IfGuide.Measures.Arrows;

namespace IfGuide.Measures.Reports;

/// <summary>The metrics that need the arrows between files: circles, inside each project.</summary>
public static class HouseMetrics
{
    /// <summary>The rows for <paramref name="projects"/> together.</summary>
    public static IEnumerable<Metric> Measure(House house, IReadOnlyList<string> projects)
    {
        var folders = projects.Select(house.GetFolders).ToList();
        var files = projects.Select(house.GetFiles).ToList();
        var largest = FindCircleSizes(files).DefaultIfEmpty().Max();
        yield return new("folders in circles", FormatCircles(folders));
        yield return new("files in circles (largest)", $"{FormatCircles(files)} ({largest})");
    }

    private static string FormatCircles(IReadOnlyList<Graph> graphs) =>
        $"{FindCircleSizes(graphs).Sum()} of {graphs.Sum(graph => graph.Nodes.Count)}";

    private static IEnumerable<int> FindCircleSizes(IEnumerable<Graph> graphs) =>
        graphs.SelectMany(graph => graph.FindCircles()).Select(circle => circle.Count);
}
