using IfGuide.Measures.Reports;

namespace IfGuide.Measures;

/// <summary>The lists that the program can print.</summary>
internal static class SourceLists
{
    public static IReadOnlyList<SourceList> All { get; } = [.. ListDensity(), .. ListHouse()];

    public static IEnumerable<string> ListMetrics(SourceSet sources)
    {
        if (sources.Projects.Count == 0)
        {
            return MetricTable.Format(sources.Files, null);
        }

        var readme = new FileInfo(Path.Combine(sources.Checkout.Root, "README.md"));
        var house = sources.House;
        return MetricTable.Format(sources.Files, house)
            .Append($"README.md: {readme.Length / 1000.0:0.0} KB")
            .Append($"Arrows: {house.Arrows.Count}; errors of the compilation, listed by --errors: {house.ReadErrors().Count}");
    }

    private static IEnumerable<SourceList> ListDensity()
    {
        yield return new("--statements", "List statements of more than 60 tokens", set => Offenders.ListStatements(set.Files));
        yield return new("--lines", "List lines of code of more than 130 characters", set => Offenders.ListLines(set.Files));
        yield return new("--functions", "List functions of more than 130 tokens", set => Offenders.ListFunctions(set.Files));
        yield return new("--conditionals", "List ?:, the nested ones first", set => Offenders.ListConditionals(set.Files));
        yield return new("--ratchet", "Print the table of SizeTests as of today", set => Ratchet.Format(set.Files));
    }

    private static IEnumerable<SourceList> ListHouse()
    {
        yield return new("--folders", "List folders with their numbers of files", set => Offenders.ListFolders(set.Files));
        yield return new("--circles", "List circles of folders and files", set => HouseLists.ListCircles(set.House, set.Projects));
        yield return new("--floors", "List folders by floor", set => HouseLists.ListFloors(set.House, set.Projects));
        yield return new("--errors", "List what could not be bound", set => set.House.ReadErrors());
    }
}
