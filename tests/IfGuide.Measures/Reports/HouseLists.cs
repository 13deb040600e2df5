using IfGuide.Measures.Arrows;

namespace IfGuide.Measures.Reports;

/// <summary>Lists circles and floors of projects of <c>src</c>, one line each.</summary>
public static class HouseLists
{
    private const int MaxExamples = 8;

    /// <summary>Circles of folders with the arrows in them, fewest first, then circles of files, of each of <paramref name="projects"/>.</summary>
    public static IEnumerable<string> ListCircles(House house, IEnumerable<string> projects)
    {
        foreach (var project in projects)
        {
            foreach (var circle in house.GetFolders(project).FindCircles())
            {
                yield return $"{project}: {circle.Count} folders: {string.Join(", ", circle)}";
                foreach (var line in ListArrows(house, project, circle))
                {
                    yield return line;
                }
            }

            foreach (var circle in house.GetFiles(project).FindCircles())
            {
                yield return $"{project}: {circle.Count} files: {string.Join(", ", circle)}";
            }
        }
    }

    /// <summary>Floors of each of <paramref name="projects"/>, the highest first, with what each folder uses.</summary>
    public static IEnumerable<string> ListFloors(House house, IEnumerable<string> projects)
    {
        foreach (var project in projects)
        {
            yield return $"{project} uses {string.Join(", ", house.GetUsedProjects(project))}";
            var folders = house.GetFolders(project);
            foreach (var (number, floor) in folders.FindFloors().Index().Reverse())
            {
                foreach (var folder in floor)
                {
                    yield return $"  {number} {folder}: {string.Join(", ", folders.GetUses(folder))}";
                }
            }
        }
    }

    private static IEnumerable<string> ListArrows(House house, string project, IReadOnlyList<string> circle)
    {
        var pairs = from one in circle
                    from other in house.GetFolders(project).GetUses(one).Intersect(circle)
                    select (one, other, arrows: house.GetArrows(project, one, other).ToList());
        var sorted = pairs.OrderBy(pair => pair.arrows.Count);
        return sorted.Select(pair => $"  {pair.one} -> {pair.other}: {pair.arrows.Count}: {FormatExamples(pair.arrows)}");
    }

    private static string FormatExamples(IEnumerable<Arrow> arrows)
    {
        var examples = arrows.Select(arrow => $"{Path.GetFileNameWithoutExtension(arrow.From)}:{arrow.Line} {arrow.Type}");
        return string.Join(", ", examples.Take(MaxExamples));
    }
}
