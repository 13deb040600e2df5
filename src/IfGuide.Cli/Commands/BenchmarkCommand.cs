using System.CommandLine;
using System.Text;
using IfGuide.Abstractions;
using IfGuide.Cli.Benchmarks;
using IfGuide.Cli.Sessions;
using IfGuide.Cli.Settings;
using IfGuide.Pipeline.Benchmarks;
using IfGuide.Pipeline.Reporting;
using IfGuide.Storage.Formats;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide benchmark</c>: several seeds and variants of a run, and one table of all.</summary>
internal static class BenchmarkCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("BENCHMARK") { Description = "A benchmark file, or the name of one that ships with IfGuide: detox." };
        var folder = new Option<string?>("--out") { Description = "Where benchmark.md and benchmark.json go; by default a folder of the benchmark's name.", HelpName = "DIR" };
        var seeds = new Option<long[]>("--seeds") { Description = "Only these seeds of it.", HelpName = "N,...", DefaultValueFactory = _ => [], CustomParser = SeedsOf };
        return new Command("benchmark", "Runs several seeds and variants of a run and compares all their models; again: goes on, or computes nothing.") { name, folder, seeds }.Does(async (result, context, cancellationToken) =>
        {
            var path = Locate(result.GetRequiredValue(name));
            var benchmark = BenchmarkFile.Read(path);
            var steps = benchmark.ListSteps(path, result.GetValue(seeds)!);
            var output = result.GetValue(folder) ?? benchmark.Name;
            await using var session = await RunSession.OpenAsync(context, create: true, cancellationToken);
            if (session.IsCluster)
            {
                foreach (var step in steps)
                {
                    await session.Client.SubmitAsync(step.Specification, null, cancellationToken); // so that its silos have work of all of them
                }
            }

            var ended = new List<BenchmarkRun>();
            foreach (var step in steps)
            {
                context.Console.Say($"Run {ended.Count + 1} of {steps.Count}: {step.Specification.Run}");
                var run = await session.Client.SubmitAsync(step.Specification, null, cancellationToken);
                var status = await RunLifeCommands.FollowAsync(context, run, cancellationToken);
                if (RunFollower.ExitCodeOf(context, status) is var code and not ExitCode.Done)
                {
                    return code;
                }

                var artifacts = await session.OpenArtifactsAsync(run.Id.ToString(), cancellationToken);
                ended.Add(new BenchmarkRun(step.Variant, step.Specification.Seed, RunReport.Read(artifacts, cancellationToken)));
                Write(output, benchmark.Name, BenchmarkTable.Of(ended), steps.Count - ended.Count); // what is known so far: the next run may take long
            }

            context.Console.Result(
                new { Benchmark = benchmark.Name, Folder = Path.GetFullPath(output), Runs = steps.Select(step => step.Specification.Run.ToString()) },
                told => BenchmarkText.Of(told.Benchmark, BenchmarkTable.Of(ended)) + $"\nThis table and its figures: {output}/benchmark.md, benchmark.json. 'ifguide report RUN' makes the page of one of its runs: {string.Join(", ", told.Runs)}.");
            return ExitCode.Done;
        });
    }

    private static void Write(string folder, string name, BenchmarkTable table, int missing)
    {
        var text = BenchmarkText.Of(name, table);
        if (missing > 0)
        {
            text += $"\n{missing} runs are missing.\n";
        }

        OutputFile.Write(Path.Combine(folder, "benchmark.md"), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        OutputFile.Write(Path.Combine(folder, "benchmark.json"), stream => stream.Write(Encoding.UTF8.GetBytes(BenchmarkDocument.Of(name, table, missing))));
    }

    private static long[]? SeedsOf(System.CommandLine.Parsing.ArgumentResult result)
    {
        var parts = result.Tokens.SelectMany(token => token.Value.Split(',')).ToArray();
        var seeds = parts.Select(part => long.TryParse(part, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seed) ? seed : -1).ToArray();
        if (seeds.Contains(-1))
        {
            result.AddError($"--seeds is '{string.Join(',', parts)}'; expected whole numbers of at least 0, separated by commas.");
            return null;
        }

        return seeds;
    }

    /// <summary>The file of that name, or what ships under it beside the program or in the checkout that it was built from.</summary>
    private static string Locate(string name)
    {
        if (File.Exists(name) || name.AsSpan().ContainsAny('/', '\\') || name.EndsWith(".yaml", StringComparison.Ordinal))
        {
            return name;
        }

        return Shipped.Find($"benchmarks/{name}/benchmark.yaml")
            ?? throw new UserErrorException($"'{name}' is neither a benchmark file nor the name of a benchmark that ships with IfGuide; name a file, or try 'ifguide benchmark detox'.");
    }
}
