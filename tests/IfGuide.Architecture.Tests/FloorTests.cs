using System.Xml.Linq;

namespace IfGuide.Architecture.Tests;

/// <summary>Dependencies point down only: between projects, packages and folders, as <see cref="HouseMap"/> says.</summary>
public sealed class FloorTests
{
    private static readonly string[] OnTorch = ["IfGuide.Numerics", "IfGuide.Cli"];

    public static TheoryData<string> Projects => [.. Repository.Files
        .Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal))
        .Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory, MemberData(nameof(Projects))]
    public void Project_References_OnlyWhatItsFloorMay(string project)
    {
        var isMapped = HouseMap.Projects.TryGetValue(project, out var plan);
        Assert.True(isMapped, $"{project} is not on the map: add it, and say why it is not a folder.");
        var paths = ReadIncludes(project, "ProjectReference").Select(path => path.Replace('\\', '/'));
        var references = paths.Select(path => Path.GetFileNameWithoutExtension(path));
        Assert.Empty(references.Except(plan!.Uses));
        Assert.Empty(ReadIncludes(project, "PackageReference").Except(plan.Packages));
    }

    [Theory, MemberData(nameof(Projects))]
    public void Project_UsesExactly_TheProjectsOfTheMap(string project) =>
        Assert.Equal(HouseMap.Projects[project].Uses.Order(StringComparer.Ordinal), Repository.House.GetUsedProjects(project));

    [Theory, MemberData(nameof(Projects))]
    public void Folders_AreThoseOfTheMap(string project)
    {
        var mapped = HouseMap.Projects[project].Floors.SelectMany(floor => floor).Select(room => room.Folder);
        Assert.Equal(mapped.Order(StringComparer.Ordinal), Repository.House.GetFolders(project).Nodes);
    }

    [Theory, MemberData(nameof(Projects))]
    public void Folder_Uses_OnlyLowerFloors(string project)
    {
        var known = HouseMap.KnownCircles.Where(arrow => arrow.Project == project).Select(arrow => (arrow.From, arrow.To)).ToList();
        var wrong = FindArrowsNotDown(project).ToList();
        Assert.Empty(wrong.Except(known).Select(arrow => $"{arrow.From} -> {arrow.To}: {Explain(project, arrow.From, arrow.To)}"));
        Assert.Empty(known.Except(wrong).Select(arrow => $"{arrow.From} -> {arrow.To} is mended: take it from KnownCircles"));
    }

    [Theory, MemberData(nameof(Projects))]
    public void Project_LoadsTorch_OnlyWhereTensorsLive(string project)
    {
        var usesTorch = Load(project).Descendants("UsesTorch").Any(element => element.Value == "true");
        Assert.Equal(OnTorch.Contains(project), usesTorch);
    }

    [Fact]
    public void Grains_AndTheCommandLine_NeverNameATensor()
    {
        Assert.Contains("N:TorchSharp", Repository.Read("src/IfGuide.Grains/BannedSymbols.txt"), StringComparison.Ordinal);
        string[] folders = ["src/IfGuide.Grains", "src/IfGuide.Cli", "src/IfGuide.Abstractions"];
        foreach (var file in folders.SelectMany(Repository.Code))
        {
            Assert.DoesNotContain("using TorchSharp", Repository.Read(file), StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Projects))]
    public void Project_DoesNotSwitchOffDocumentation(string project) =>
        Assert.DoesNotContain("1591", string.Concat(Load(project).Descendants("NoWarn")), StringComparison.Ordinal);

    [Fact]
    public void Packages_AreStableVersions()
    {
        var versions = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion").ToList();
        Assert.NotEmpty(versions);
        Assert.All(versions, package => Assert.DoesNotContain('-', package.Attribute("Version")!.Value));
    }

    private static IEnumerable<(string From, string To)> FindArrowsNotDown(string project)
    {
        var floors = HouseMap.Projects[project].Floors.Reverse();
        var heights = floors.SelectMany((floor, height) => floor.Select(room => (room.Folder, height))).ToDictionary();
        var folders = Repository.House.GetFolders(project);
        return from folder in folders.Nodes
               from used in folders.GetUses(folder)
               where heights[used] >= heights[folder]
               select (folder, used);
    }

    private static string Explain(string project, string from, string to)
    {
        var arrows = Repository.House.GetArrows(project, from, to);
        return string.Join(", ", arrows.Select(arrow => $"{arrow.From}:{arrow.Line} {arrow.Type}"));
    }

    private static XDocument Load(string project) => XDocument.Parse(Repository.Read($"src/{project}/{project}.csproj"));

    private static IEnumerable<string> ReadIncludes(string project, string name) =>
        Load(project).Descendants(name).Select(element => element.Attribute("Include")!.Value);
}
