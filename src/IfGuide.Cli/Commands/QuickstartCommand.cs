using System.CommandLine;
using System.Globalization;
using IfGuide.Cli.Settings;
using IfGuide.Abstractions;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Sessions;
using IfGuide.Client.RunFiles;
using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Results.Exports;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide quickstart</c>: the whole method on the sample corpus that ships with IfGuide.</summary>
internal static class QuickstartCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "Where report.html, metrics.json, scores.npy, mask.npy and model/ go.", HelpName = "DIR", DefaultValueFactory = _ => "quickstart" };
        return new Command("quickstart", "The whole method on the sample corpus, in minutes.") { folder }.Does(async (result, context, cancellationToken) =>
        {
            var file = ShippedRunFile();
            var run = RunFile.Read(file);
            InputCheck.Check(run, file);
            context.Console.Say($"The whole method on the sample corpus, as {file} describes it:");
            await using var session = await RunSession.OpenAsync(context, create: true, cancellationToken);
            var submitted = await session.Client.SubmitAsync(run, null, cancellationToken);
            var ended = await RunLifeCommands.FollowAsync(context, submitted, cancellationToken);
            var code = RunFollower.ExitCodeOf(context, ended);
            var artifacts = await session.OpenArtifactsAsync(run.Run.ToString(), cancellationToken);
            await DeliverAsync(context, artifacts, result.GetValue(folder)!, cancellationToken);
            return code;
        });
    }

    private static async Task DeliverAsync(CommandContext context, RunArtifacts run, string folder, CancellationToken cancellationToken)
    {
        var model = Path.Combine(folder, "model");
        if (Directory.Exists(model))
        {
            Directory.Delete(model, recursive: true); // an earlier quickstart's
        }

        ReportCommand.Write(run, Path.Combine(folder, "report.html"), showToxic: false, cancellationToken);
        await run.WriteMetricsAsync(Path.Combine(folder, "metrics.json"), cancellationToken);
        await run.WriteScoresAsync(Path.Combine(folder, "scores.npy"), ScoreFormat.Npy, behaviour: null, cancellationToken);
        await run.WriteMaskAsync(Path.Combine(folder, "mask.npy"), MaskFormat.Npy, behaviour: null, cancellationToken);
        await run.WriteModelAsync(model, cancellationToken: cancellationToken);
        var summary = RunSummary.Of(RunReport.Read(run, cancellationToken));
        context.Console.Result(
            new { Run = run.Specification.Run.ToString(), Folder = Path.GetFullPath(folder), summary },
            _ => string.Join('\n', summary.Select(line => line.Text)) + string.Create(
                CultureInfo.InvariantCulture, $"\n\nResults in {folder}/: report.html, metrics.json, scores.npy, mask.npy, model/\nNext: open {folder}/report.html; 'ifguide inspect {run.Specification.Run}' shows the tokens in the terminal."));
    }

    private static string ShippedRunFile() => Shipped.Find("quickstart/run.yaml")
        ?? throw new UserErrorException($"The quickstart's run file was found neither beside '{AppContext.BaseDirectory}' nor above it; run IfGuide from its checkout, or 'ifguide run FILE' with a file of your own.");
}
