using IfGuide.Measures.Arrows;
using IfGuide.Measures.Sources;

namespace IfGuide.Architecture.Tests;

/// <summary>The measures measure what they say.</summary>
public sealed class MeasureTests
{
    [Fact]
    public void Functions_AreFoundAndMeasured()
    {
        var file = Parse("""
            class C
            {
                int F() {
                    return 1;
                }
                int P => 2;
                void G() { void Local() { } }
                int Q { get { return 1; } }
            }
            """);
        var functions = FunctionReader.Read(file).Select(function => (function.Name, function.Lines, function.Tokens));
        Assert.Equal([("F", 1, 5), ("P", 1, 2), ("G", 1, 8), ("Local", 1, 2), ("Q.get", 1, 5)], functions);
    }

    [Fact]
    public void Statements_CountTheirOwnTokens()
    {
        var file = Parse("class C { int f = 1 + 2; int P => 3; void M() { if (P > 1) { f++; } Run(() => { f--; }); } }");
        var statements = StatementReader.Read(file).ToList();
        Assert.Equal([4, 2, 6, 3, 7, 3], statements.Select(statement => statement.OwnTokens));
        Assert.Equal([4, 2, 11, 3, 12, 3], statements.Select(statement => statement.AllTokens));
        Assert.Equal([false, false, false, true, true, true], statements.Select(statement => statement.IsSimple));
    }

    [Fact]
    public void Tables_AreCountedRowByRow()
    {
        var file = Parse("class C { int[] table = [1 + 1, 2]; C other = new() { A = 1, B = 2 }; void M() { int[] list = [1, 2]; } }");
        Assert.Equal([4, 3, 1, 13, 12], StatementReader.Read(file).Select(statement => statement.OwnTokens));
    }

    [Fact]
    public void Lines_OfMessagesAlone_AreTold()
    {
        var file = Parse("class C\n{\n    string F(int a) =>\n        $\"found {a.ToString()}\"\n        + \"none\";\n}\n");
        Assert.Equal([false, true, false, true, true, true], LineReader.Read(file).Select(line => line.IsMessage));
        Assert.Equal(4, file.CodeLines);
    }

    [Fact]
    public void Conditionals_KnowTheirNesting()
    {
        var file = Parse("class C { int F(bool a, bool b) => a ? 1 : b ? 2 : 3; }");
        Assert.Equal([false, true], ExpressionReader.ReadConditionals(file).Select(conditional => conditional.IsNested));
    }

    [Fact]
    public void Chains_OfFourCalls_AreFound()
    {
        var file = Parse("class C {\n object A() => a.B().C().D();\n object F() => a.B().C().D().E();\n}");
        Assert.Equal([3], ExpressionReader.ReadChains(file));
    }

    [Fact]
    public void Complexity_CountsBranches_AndNestingTheDeepest()
    {
        var file = Parse("class C { void M(int a) { if (a > 0 && a < 9) { } else if (a == 0) { while (true) { } } } }");
        var function = Assert.Single(FunctionReader.Read(file));
        Assert.Equal((5, 2), (function.Complexity, function.Nesting));
    }

    [Fact]
    public void Circles_AreFound_AndFloorsStandOnEachOther()
    {
        var graph = new Graph(["attic", "cellar", "hall", "stairs"]);
        graph.Add("attic", "hall");
        graph.Add("hall", "stairs");
        graph.Add("stairs", "hall");
        graph.Add("hall", "cellar");
        Assert.Equal(["hall", "stairs"], Assert.Single(graph.FindCircles()));
        Assert.Equal([["cellar"], ["hall", "stairs"], ["attic"]], graph.FindFloors());
    }

    [Fact]
    public void Arrows_FollowTypesThatNoUsingNames()
    {
        var arrows = Repository.House.Arrows.Where(arrow => arrow.From == "src/IfGuide.Grains/Hosting/ClusterHost.cs").ToList();
        Assert.NotEmpty(arrows);
        Assert.DoesNotContain(arrows, arrow => arrow.To == arrow.From);
    }

    private static SourceFile Parse(string text) => SourceFile.Parse("src/IfGuide.Toy/C.cs", text);
}
