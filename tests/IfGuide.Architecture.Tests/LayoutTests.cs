using System.Xml.Linq;

namespace IfGuide.Architecture.Tests;

/// <summary>What stands at the top, that README names every project, and that every package has a reason.</summary>
public sealed class LayoutTests
{
    private static readonly string[] Top =
    [
        ".ci", ".editorconfig", ".gitattributes", ".gitignore", "Directory.Build.props", "Directory.Build.targets",
        "Directory.Packages.props", "IfGuide.sln", "LICENSE", "NuGet.config", "README.md", "deploy", "global.json", "src", "tests",
    ];

    [Fact]
    public void Top_HoldsOnlyWhatBelongsThere() =>
        Assert.Empty(Repository.Files.Select(file => file.Split('/')[0]).Distinct().Except(Top));

    [Fact]
    public void Readme_NamesEveryProject()
    {
        var readme = Repository.Read("README.md");
        var projects = Repository.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(file => Path.GetFileNameWithoutExtension(file));
        var missing = projects.Where(project => !readme.Contains(project, StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void Packages_HaveAReason()
    {
        var packages = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion").ToList();
        Assert.NotEmpty(packages);
        var bare = packages.Where(package => package.PreviousNode is not XComment).Select(package => package.Attribute("Include")!.Value);
        Assert.Empty(bare);
    }

    [Fact]
    public void Solution_HoldsEveryProject()
    {
        var solution = Repository.Read("IfGuide.sln");
        var projects = Repository.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(file => Path.GetFileName(file));
        var missing = projects.Where(project => !solution.Contains(project, StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("deploy/ifguide")]
    [InlineData("deploy/test")]
    [InlineData("deploy/local-cluster.sh")]
    [InlineData("deploy/fault-matrix")]
    [InlineData("deploy/scale-out")]
    [InlineData("deploy/certificates.sh")]
    [InlineData(".ci/run")]
    public void Script_IsExecutable(string file) =>
        Assert.True(File.GetUnixFileMode(Path.Combine(Repository.Root, file)).HasFlag(UnixFileMode.UserExecute));
}
