using System.Text.Json;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Commands;

public sealed class InspectCommandTests
{
    [Fact]
    public async Task Inspect_ExplainsADocument_ByQueriesAndByLayers()
    {
        using var place = TinyRun.Prepare();
        (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--until", "select", "--quiet")).Expect(0);
        using var top = JsonDocument.Parse((await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--top", "1", "--json")).Expect(0).Output);
        var id = top.RootElement.GetProperty("id").GetString()!;
        var spans = top.RootElement.GetProperty("spans").EnumerateArray().ToArray();
        Assert.Equal(top.RootElement.GetProperty("suppressed_tokens").GetInt32(), spans.Sum(span => span.GetProperty("tokens").GetInt32()));

        using var told = JsonDocument.Parse((await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--document", id, "--queries", "3", "--layers", "--json")).Expect(0).Output);
        var explanation = told.RootElement.GetProperty("explanation");
        var (score, tolerance) = (explanation.GetProperty("score").GetDouble(), 1e-3 * told.RootElement.GetProperty("tokens").EnumerateArray().Sum(token => Math.Abs(token.GetProperty("score").GetDouble())));
        Assert.Equal(score, explanation.GetProperty("layers").EnumerateArray().Sum(layer => layer.GetProperty("score").GetDouble()), tolerance);
        var queries = explanation.GetProperty("queries");
        Assert.Equal(score, queries.GetProperty("toxic_mean").GetDouble() - queries.GetProperty("nontoxic_mean").GetDouble(), tolerance);
        Assert.Equal(3, queries.GetProperty("toxic").GetArrayLength());

        var drawn = (await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--document", id, "--queries", "2", "--layers", "--token", "3")).Expect(0).Output;
        Assert.Contains("influence on nontoxic queries", drawn, StringComparison.Ordinal);
        Assert.Contains("gpt_neox.layers.0.attention.dense", drawn, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--queries 2", "name it with --document ID")]
    [InlineData("--document x --token 2", "--token needs --queries or --layers")]
    [InlineData("--document x --queries 0", "--queries")]
    public async Task Inspect_WrongArguments_AreUserErrors(string arguments, string expected)
    {
        using var place = new Workplace();
        Assert.Contains(expected, (await Ifguide.RunAsync(place.Folder, ["inspect", "tiny", .. arguments.Split(' ')])).Expect(2).Complaint, StringComparison.Ordinal);
    }
}
