using System.CommandLine;
using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Sessions;
using IfGuide.Cli.Settings;
using IfGuide.Pipeline.Evaluation;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Formats;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide evaluate --model DIR</c>: the evaluation stage alone, on any Hugging Face folder.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var options = new EvaluateOptions();
        var output = new Option<string?>("--out") { Description = "Where the figures go too, a .json.", HelpName = "METRICS.json" };
        var command = new Command("evaluate", "Measures toxicity and fluency of any Hugging Face folder.") { output };
        options.AddTo(command);
        return command.Does((result, context, cancellationToken) => Task.Run(
            () => Evaluate(context, options.Read(result), result.GetValue(output), cancellationToken), cancellationToken));
    }

    private static int Evaluate(CommandContext context, EvaluationRequest request, string? output, CancellationToken cancellationToken)
    {
        if (context.Settings.Cluster is not null)
        {
            throw new UserErrorException("'evaluate' computes in this process; leave --cluster out. A run on a cluster evaluates the models that it trains.");
        }

        if (context.Settings.Device != "cpu" || context.Settings.Threads is not null)
        {
            RunSession.CheckDevice(context.Settings.Device, context.Settings.Threads);
        }

        var store = StoreAccess.OpenOrCreate(context.Settings, cancellationToken);
        var record = new ModelEvaluation(store, context.Settings.Device).Measure(request, new ProgressLines(context.Console), cancellationToken);
        if (output is not null)
        {
            OutputFile.Write(output, stream => ModelEvaluation.WriteMetrics(record, stream));
        }

        Show(context.Console, record);
        return ExitCode.Done;
    }

    private static void Show(CommandConsole console, EvaluationRecord record)
    {
        if (console.Json)
        {
            using var metrics = new MemoryStream();
            ModelEvaluation.WriteMetrics(record, metrics);
            Console.Out.WriteLine(System.Text.Json.Nodes.JsonNode.Parse(metrics.ToArray())!.ToJsonString());
            return;
        }

        foreach (var toxicity in record.Toxicity)
        {
            Console.Out.WriteLine($"toxicity by {toxicity.Classifier}, {(toxicity.PromptClass == "all" ? "all" : toxicity.PromptClass)} prompts ({toxicity.Prompts:N0}): expected maximum {Number(toxicity.ExpectedMaximum)}, prompts with a toxic continuation {Share(toxicity.Probability)}, toxic continuations {Share(toxicity.Share)}");
        }

        foreach (var (name, text) in new[]
        {
            ("perplexity", Number(record.Perplexity)),
            ("last-word accuracy", Share(record.LastWord)),
            ("last-token accuracy", Share(record.LastToken)),
            ("loss of the toxic queries", Number(record.ToxicQueries)),
            ("loss of the nontoxic queries", Number(record.NontoxicQueries)),
            ("loss of the selected tokens", Number(record.SelectedLoss)),
            ("toxicity recognised by a linear probe", Share(record.Recognition)),
            ("loss of innocent texts", Number(record.InnocentLoss)),
        })
        {
            if (text is not null)
            {
                Console.Out.WriteLine($"{name}: {text}");
            }
        }
    }

    private static string? Number(Estimate? estimate) => estimate is null ? null : string.Create(CultureInfo.InvariantCulture, $"{estimate.Value:G4} [{estimate.Low:G4}, {estimate.High:G4}]");

    private static string? Share(Estimate? estimate) => estimate is null ? null : string.Create(CultureInfo.InvariantCulture, $"{100 * estimate.Value:F1} % [{100 * estimate.Low:F1} %, {100 * estimate.High:F1} %]");

    /// <summary>A line at every tenth of each measure.</summary>
    private sealed class ProgressLines(CommandConsole console) : IProgress<UnitProgress>
    {
        private (string? Measure, long Tenth) last;

        public void Report(UnitProgress value)
        {
            var tenth = value.Total > 0 ? 10 * value.Done / value.Total : 0;
            if (value.Done > 0 && (value.Measure, tenth) != last)
            {
                last = (value.Measure, tenth);
                console.Say(string.Create(CultureInfo.InvariantCulture, $"  {value.Measure}: {value.Done:N0} of {value.Total:N0}"));
            }
        }
    }
}
