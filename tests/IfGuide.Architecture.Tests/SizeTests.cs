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
        ["src/IfGuide.Abstractions"] = new(25, 0, 0, 23, 130),
        ["src/IfGuide.Cli"] = new(32, 194, 4, 59, 171),
        ["src/IfGuide.Client"] = new(4, 76, 2, 39, 155),
        ["src/IfGuide.Grains"] = new(0, 4, 0, 16, 130),
        ["src/IfGuide.Numerics"] = new(2, 58, 2, 19, 139),
        ["src/IfGuide.Pipeline"] = new(84, 398, 6, 54, 187),
        ["src/IfGuide.Storage"] = new(0, 1, 0, 12, 130),
        ["tests/IfGuide.Architecture.Tests"] = new(1, 11, 0, 12, 130),
        ["tests/IfGuide.Benchmarks"] = new(9, 64, 0, 29, 135),
        ["tests/IfGuide.Deploy.Tests"] = new(4, 42, 0, 12, 139),
        ["tests/IfGuide.EndToEnd"] = new(18, 319, 1, 21, 233),
        ["tests/IfGuide.Grains.Tests"] = new(12, 165, 0, 13, 202),
        ["tests/IfGuide.Measures"] = new(0, 1, 0, 12, 130),
        ["tests/IfGuide.Numerics.Tests"] = new(28, 232, 1, 29, 236),
        ["tests/IfGuide.Pipeline.Tests"] = new(23, 182, 2, 15, 277),
        ["tests/IfGuide.Storage.Tests"] = new(31, 316, 0, 14, 182),
        ["tests/Shared"] = new(18, 68, 0, 21, 167),
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
