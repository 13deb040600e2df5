using System.Text.Json;
using IfGuide.Cli.Benchmarks;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Commands;

/// <summary>Several seeds and variants of a run, and one table of all.</summary>
public sealed class BenchmarkTests
{
    private const string Benchmark = """
        benchmark: tiny
        run: ./tiny.yaml
        seeds: [7, 8]
        variants:
          wide: { change: { selection: { window: 2 }, evaluation: { compare: [suppressed] } }, seeds: [8] }

        """;

    [Fact]
    public async Task Benchmark_KilledAndRepeated_EndsWithTheTableOfAnUndisturbedOne_AndComputesNothingTwice()
    {
        using var undisturbed = Prepare();
        using var killed = Prepare();
        (await Ifguide.RunAsync(undisturbed.Folder, "benchmark", "tiny-benchmark.yaml", "--quiet")).Expect(0);
        using (var running = Ifguide.Start(killed.Folder, "benchmark", "tiny-benchmark.yaml", "--quiet"))
        {
            await Runs.Progress.UntilAsync(() => running.HasExited || File.Exists(killed["tiny/benchmark.json"]));
            Assert.False(running.HasExited, "The benchmark ended before it was killed.");
            running.Signal("KILL");
            await running.EndAsync(TestContext.Current.CancellationToken);
        }

        Assert.Contains("2 runs are missing.", await File.ReadAllTextAsync(killed["tiny/benchmark.md"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var said = (await Ifguide.RunAsync(killed.Folder, "benchmark", "tiny-benchmark.yaml", "--quiet", "--out", "again")).Expect(0);
        Assert.Equal(await File.ReadAllTextAsync(undisturbed["tiny/benchmark.json"], TestContext.Current.CancellationToken), await File.ReadAllTextAsync(killed["again/benchmark.json"], TestContext.Current.CancellationToken));
        Assert.Contains("## Models (seeds 7, 8)", said.Output, StringComparison.Ordinal);
        Assert.Contains("tiny-7, tiny-8, tiny-wide-8", said.Output, StringComparison.Ordinal);

        using var figures = JsonDocument.Parse(await File.ReadAllTextAsync(killed["again/benchmark.json"], TestContext.Current.CancellationToken));
        var models = figures.RootElement.GetProperty("models").EnumerateArray().Select(model => (model.TryGetProperty("variant", out var variant) ? variant.GetString() : null, model.GetProperty("model").GetString(), model.GetProperty("seeds").GetArrayLength())).ToArray();
        Assert.Equal([(null, "base", 2), (null, "suppressed", 2), ("wide", "suppressed", 1)], models);
        await TheMeansAreThoseOfTheRunsAsync(killed, figures.RootElement.GetProperty("models")[1]);
    }

    [Theory]
    [InlineData("run: ./tiny.yaml", "run: ./none.yaml", "none.yaml: there is no such run file.")]
    [InlineData("seeds: [7, 8]", "seeds: [7, x]", "'seeds' is 'x'; expected a whole number of at least 0")]
    [InlineData("change: { selection: { window: 2 }", "change: { selection: { windows: 2 }", "variant 'wide':5: unknown key 'selection.windows'; did you mean 'selection.window'?")]
    [InlineData("benchmark: tiny", "benchmarks: tiny", "did you mean 'benchmark'?")]
    [InlineData("seeds: [8] }", "seeds: [8], run: x }", "unknown key 'variants.wide.run'")]
    public async Task Benchmark_ThatIsNotInOrder_IsAUserErrorThatNamesThePlace(string instead, string of, string told)
    {
        using var place = Prepare(text => text.Replace(instead, of, StringComparison.Ordinal));
        var said = (await Ifguide.RunAsync(place.Folder, "benchmark", "tiny-benchmark.yaml")).Expect(2);
        Assert.Contains(told, said.Complaint, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place[".ifguide"]));
    }

    [Fact]
    public async Task Seeds_ThatItDoesNotHave_AndNamesThatNothingShipsUnder_AreUserErrors()
    {
        using var place = Prepare();
        Assert.Contains("has one of the seeds 9; it has 7, 8", (await Ifguide.RunAsync(place.Folder, "benchmark", "tiny-benchmark.yaml", "--seeds", "9")).Expect(2).Complaint, StringComparison.Ordinal);
        Assert.Contains("--seeds is '1,-'", (await Ifguide.RunAsync(place.Folder, "benchmark", "tiny-benchmark.yaml", "--seeds", "1,-")).Expect(2).Complaint, StringComparison.Ordinal);
        Assert.Contains("try 'ifguide benchmark detox'", (await Ifguide.RunAsync(place.Folder, "benchmark", "detoxx")).Expect(2).Complaint, StringComparison.Ordinal);
    }

    /// <summary>What ships reads, its variants too, and names files that are there.</summary>
    [Fact]
    public void Detox_IsInOrder()
    {
        var path = Path.Combine(Workplace.Checkout, "deploy/benchmarks/detox/benchmark.yaml");
        var benchmark = BenchmarkFile.Read(path);
        var steps = benchmark.ListSteps(path, []);
        Assert.Equal(["detox-1", "detox-2", "detox-3"], steps.Where(step => step.Variant.Length == 0).Select(step => step.Specification.Run.ToString()));
        Assert.Equal(benchmark.Variants.Select(variant => variant.Name), steps.Select(step => step.Variant).Where(variant => variant.Length > 0).Distinct());
        Assert.Equal(steps.Count, steps.Select(step => step.Specification.Run).Distinct().Count());
    }

    private static Workplace Prepare(Func<string, string>? edit = null)
    {
        var place = TinyRun.Prepare();
        place.Write("tiny-benchmark.yaml", (edit ?? (text => text))(Benchmark));
        return place;
    }

    /// <summary>Holds one number of the table against the metrics of the runs that it is the mean of.</summary>
    private static async Task TheMeansAreThoseOfTheRunsAsync(Workplace place, JsonElement model)
    {
        var perplexities = new List<double>();
        foreach (var run in new[] { "tiny-7", "tiny-8" })
        {
            (await Ifguide.RunAsync(place.Folder, "export", run, "metrics", "--out", $"{run}.json", "--quiet")).Expect(0);
            using var metrics = JsonDocument.Parse(await File.ReadAllTextAsync(place[$"{run}.json"], TestContext.Current.CancellationToken));
            perplexities.Add(metrics.RootElement.GetProperty("models").GetProperty("suppressed").GetProperty("perplexity").GetProperty("value").GetDouble());
        }

        var told = model.GetProperty("measures").EnumerateArray().Single(measure => measure.GetProperty("measure").GetString() == "perplexity");
        Assert.NotEqual(perplexities[0], perplexities[1]);
        Assert.Equal(perplexities.Average(), told.GetProperty("value").GetDouble(), 1e-9);
        Assert.True(told.GetProperty("low").GetDouble() < perplexities.Min() && told.GetProperty("high").GetDouble() > perplexities.Max());
    }
}
