using System.Globalization;
using System.Text.Json;
using IfGuide.EndToEnd.Harness;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;

namespace IfGuide.EndToEnd.Commands;

public sealed class SelectCommandTests
{
    [Fact]
    public async Task Select_Reference_GivesTheAuthorsMask()
    {
        using var place = new Workplace();
        using var parameters = JsonDocument.Parse(await File.ReadAllTextAsync(Workplace.Golden("selection/heavy_tailed/params.json"), TestContext.Current.CancellationToken));
        using var expected = NpyFile.Open(Workplace.Golden("selection/heavy_tailed/mask.npy"));
        using var expectedOrder = NpyFile.Open(Workplace.Golden("selection/heavy_tailed/order_stable.npy"));
        int[] cases = [0, 9, 27];
        foreach (var index in cases)
        {
            var parameter = parameters.RootElement.EnumerateArray().ElementAt(index);
            var said = await Ifguide.RunAsync(
                place.Folder,
                "select", "--json", "--kind", "reference", "--scores", Workplace.Golden("selection/heavy_tailed/scores.npy"), "--out", "mask.npy", "--order", "order.npy",
                "--quantile", parameter.GetProperty("toxicity_threshold").GetDouble().ToString("R", CultureInfo.InvariantCulture),
                "--window", parameter.GetProperty("context_window").GetInt32().ToString(CultureInfo.InvariantCulture),
                "--budget", parameter.GetProperty("max_tokens").GetInt64().ToString(CultureInfo.InvariantCulture));
            said.Expect(0);
            using var mask = NpyFile.Open(place["mask.npy"]);
            Assert.Equal([48, 64], mask.Shape);
            Assert.Equal(expected.RowSpan<byte>(index, 1).ToArray(), mask.RowSpan<bool>(0, 48).ToArray().Select(selected => (byte)(selected ? 1 : 0)));
            using var order = NpyFile.Open(place["order.npy"]);
            Assert.Equal(expectedOrder.RowSpan<int>(index, 1).ToArray().Select(row => (long)row), order.RowSpan<long>(0, 48).ToArray());
            using var told = JsonDocument.Parse(said.Output);
            Assert.Equal(parameter.GetProperty("n_selected").GetInt64(), told.RootElement.GetProperty("selected").GetInt64());
        }
    }

    [Fact]
    public async Task Select_ShareAsBudget_CountsTheWholeMatrix()
    {
        using var place = new Workplace();
        WriteScores(place["s.npy"], [2, 50], [.. Enumerable.Range(0, 100).Select(value => (float)value)]);
        var said = await Ifguide.RunAsync(place.Folder, "select", "--scores", "s.npy", "--quantile", "0.5", "--window", "0", "--budget", "10%", "--out", "m.npy");
        Assert.Contains("10 of 100 tokens selected", said.Expect(0).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--quantile 1.5 --window 1 --budget 2%", "quantile: found 1.5, expected a number from 0 to 1")]
    [InlineData("--quantile 0.9 --window -1 --budget 2%", "window: found -1, expected 0 or more")]
    [InlineData("--quantile 0.9 --window 1 --budget lots", "--budget is 'lots'; expected a share such as 2%")]
    [InlineData("--quantile 0.9 --window 1 --budget 2% --kind best", "--kind is 'best'; expected token, position or reference.")]
    [InlineData("--quantile 0.9 --window 1", "--budget")]
    public async Task Select_WrongArguments_AreUserErrors(string arguments, string expected)
    {
        using var place = new Workplace();
        WriteScores(place["s.npy"], [2, 3], [1, 2, 3, 4, 5, 6]);
        var said = await Ifguide.RunAsync(place.Folder, ["select", "--scores", "s.npy", "--out", "m.npy", .. arguments.Split(' ')]);
        Assert.Contains(expected, said.Expect(2).Complaint, StringComparison.Ordinal);
        Assert.Equal(["s.npy"], place.Files());
    }

    [Fact]
    public async Task Select_BadScores_AreUserErrorsAndLeaveNothing()
    {
        using var place = new Workplace();
        WriteScores(place["nan.npy"], [2, 3], [1, 2, 3, 4, float.NaN, 6]);
        WriteScores(place["flat.npy"], [6], [1, 2, 3, 4, 5, 6]);
        await File.WriteAllTextAsync(place["text.npy"], "no array", TestContext.Current.CancellationToken);
        (string File, string Expected)[] cases = [("nan.npy", "sequence 1, token 1 is NaN"), ("flat.npy", "expected scores as sequences × tokens"), ("text.npy", "text.npy"), ("gone.npy", "gone.npy")];
        foreach (var (file, expected) in cases)
        {
            var said = await Ifguide.RunAsync(place.Folder, "select", "--scores", file, "--out", "m.npy", "--quantile", "0.5", "--window", "0", "--budget", "2");
            Assert.Contains(expected, said.Expect(2).Complaint, StringComparison.Ordinal);
        }

        Assert.Equal(["flat.npy", "nan.npy", "text.npy"], place.Files());
    }

    private static void WriteScores(string path, long[] shape, float[] scores)
    {
        using var stream = File.Create(path);
        var writer = new NpyWriter(stream, ElementType.Float32, shape);
        writer.Write<float>(scores);
        writer.Complete();
    }
}
