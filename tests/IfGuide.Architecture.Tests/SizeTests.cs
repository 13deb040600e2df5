using IfGuide.Measures.Reports;
using IfGuide.Measures.Sources;

namespace IfGuide.Architecture.Tests;

/// <summary>Files, functions, statements and lines stay short enough to be read in one sitting. <see cref="Limits"/> holds the aims.</summary>
public sealed class SizeTests
{
    private const int MaxFileLines = 400;
    private const int MaxFunctionLines = 60;

    /// <summary>
    /// What each project may not exceed. Figures only fall; <see cref="Density.Aim"/> is where all shall be.
    /// <c>dotnet run -c Release --project tests/IfGuide.Measures -- --ratchet</c> prints this table as of today.
    /// </summary>
    /// <remarks>Statements of more than 60 tokens; lines of more than 130 characters; nested <c>?:</c>; <c>?:</c> per 1,000 lines; function tokens p90.</remarks>
    private static readonly Dictionary<string, Density> Ratchet = new()
    {
        ["src/IfGuide.Abstractions"] = new(0, 4, 3, 17, 130),
        ["src/IfGuide.Cli"] = new(66, 411, 9, 62, 175),
        ["src/IfGuide.Client"] = new(2, 73, 2, 45, 130),
        ["src/IfGuide.Grains"] = new(13, 148, 5, 36, 130),
        ["src/IfGuide.Numerics"] = new(7, 85, 2, 24, 150),
        ["src/IfGuide.Pipeline"] = new(90, 435, 6, 65, 220),
        ["src/IfGuide.Storage"] = new(52, 346, 30, 52, 167),
        ["tests/IfGuide.Architecture.Tests"] = new(1, 11, 0, 12, 130),
        ["tests/IfGuide.Benchmarks"] = new(9, 64, 0, 29, 135),
        ["tests/IfGuide.Deploy.Tests"] = new(4, 42, 0, 12, 199),
        ["tests/IfGuide.EndToEnd"] = new(17, 302, 1, 21, 233),
        ["tests/IfGuide.Grains.Tests"] = new(12, 151, 0, 13, 208),
        ["tests/IfGuide.Measures"] = new(0, 1, 0, 12, 130),
        ["tests/IfGuide.Numerics.Tests"] = new(28, 234, 1, 28, 236),
        ["tests/IfGuide.Pipeline.Tests"] = new(23, 175, 1, 13, 283),
        ["tests/IfGuide.Storage.Tests"] = new(31, 313, 0, 14, 182),
        ["tests/Shared"] = new(7, 31, 0, 21, 144),
    };

    private static readonly (string Name, string Option, Func<Density, int> Get)[] Figures =
    [
        ("statements over 60 tokens", "--statements", density => density.Statements),
        ("lines over 130 characters", "--lines", density => density.Lines),
        ("nested ?:", "--conditionals", density => density.Nested),
        ("?: per 1,000 lines", "--conditionals", density => density.Conditionals),
        ("tokens of a function at p90", "--functions", density => density.FunctionTokens),
    ];

    public static TheoryData<string> Projects => [.. Repository.Sources.Select(file => $"{file.Area}/{file.Project}").Distinct()];

    [Fact]
    public void Files_HaveAtMost400Lines()
    {
        var tooLong = Repository.Sources.Where(file => file.Lines > MaxFileLines);
        Assert.Empty(tooLong.Select(file => $"{file.Path}: {file.Lines} lines"));
    }

    [Fact]
    public void Functions_HaveAtMost60Lines()
    {
        var tooLong = from file in Repository.Sources
                      from function in FunctionReader.Read(file)
                      where function.Lines > MaxFunctionLines
                      select $"{file.Path}:{function.Line}: {function.Name} has {function.Lines} lines";
        Assert.Empty(tooLong);
    }

    [Theory, MemberData(nameof(Projects))]
    public void Project_IsNoDenserThanItWas(string project)
    {
        var limit = Ratchet.GetValueOrDefault(project, Density.Aim);
        var found = Density.Measure([.. Repository.Sources.Where(file => $"{file.Area}/{file.Project}" == project)]);
        var exceeded = Figures.Where(figure => figure.Get(found) > figure.Get(limit));
        Assert.Empty(exceeded.Select(figure =>
            $"{figure.Get(found)} {figure.Name}, limit {figure.Get(limit)}; IfGuide.Measures {figure.Option} {project} lists them"));
    }
}
