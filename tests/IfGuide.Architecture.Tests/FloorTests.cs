using System.Xml.Linq;

namespace IfGuide.Architecture.Tests;

/// <summary>Dependencies point down only. This map is the architecture: a new edge or a new package is a decision, made here.</summary>
public sealed class FloorTests
{
    private static readonly Dictionary<string, (string[] Projects, string[] Packages)> Allowed = new()
    {
        ["IfGuide.Abstractions"] = ([], ["Microsoft.Orleans.Sdk"]),
        ["IfGuide.Numerics"] = ([], []), // TorchSharp comes from UsesTorch
        ["IfGuide.Storage"] = (["IfGuide.Abstractions", "IfGuide.Numerics"], ["Azure.Identity", "Azure.Storage.Blobs", "MessagePack", "Microsoft.ML.Tokenizers", "Parquet.Net", "ZstdSharp.Port"]),
        ["IfGuide.Pipeline"] = (["IfGuide.Storage"], ["Fluid.Core", "Microsoft.ML", "Microsoft.ML.OnnxRuntime"]),
        ["IfGuide.Grains"] = (["IfGuide.Pipeline", "IfGuide.Client"], ["Microsoft.Orleans.Server", "Microsoft.Orleans.Reminders", "Microsoft.Orleans.Reminders.Redis", "Microsoft.CodeAnalysis.BannedApiAnalyzers"]),
        ["IfGuide.Client"] = (["IfGuide.Abstractions"], ["Microsoft.Orleans.Client", "Microsoft.Orleans.Clustering.Redis", "StackExchange.Redis"]),
        ["IfGuide.Cli"] = (["IfGuide.Grains", "IfGuide.Client"], ["Microsoft.Extensions.Hosting", "Parquet.Net", "Spectre.Console", "System.CommandLine", "YamlDotNet"]),
    };

    private static readonly string[] OnTorch = ["IfGuide.Numerics", "IfGuide.Cli"];

    public static TheoryData<string> Projects => [.. Repository.Files
        .Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal))
        .Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory, MemberData(nameof(Projects))]
    public void Project_References_OnlyWhatItsFloorMay(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} stands on no floor: add it to the map, and say why it is not a folder.");
        var references = Elements(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));
        Assert.Empty(references.Except(allowed.Projects));
        Assert.Empty(Elements(project, "PackageReference").Except(allowed.Packages));
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
        foreach (var file in Repository.Code("src/IfGuide.Grains").Concat(Repository.Code("src/IfGuide.Cli")).Concat(Repository.Code("src/IfGuide.Abstractions")))
        {
            Assert.DoesNotContain("using TorchSharp", Repository.Read(file), StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Projects))]
    public void Project_DoesNotSwitchOffDocumentation(string project) =>
        Assert.DoesNotContain(Load(project).Descendants("NoWarn"), element => element.Value.Contains("1591", StringComparison.Ordinal));

    [Fact]
    public void Packages_AreStableVersions()
    {
        var versions = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion").ToList();
        Assert.NotEmpty(versions);
        Assert.All(versions, package => Assert.DoesNotContain('-', package.Attribute("Version")!.Value));
    }

    private static XDocument Load(string project) => XDocument.Parse(Repository.Read($"src/{project}/{project}.csproj"));

    private static IEnumerable<string> Elements(string project, string name) => Load(project).Descendants(name).Select(element => element.Attribute("Include")!.Value);
}
