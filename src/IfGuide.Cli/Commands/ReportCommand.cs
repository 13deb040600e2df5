using System.CommandLine;
using System.Text;
using IfGuide.Cli.Sessions;
using IfGuide.Cli.Settings;
using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Results;
using IfGuide.Storage.Formats;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide report RUN --out report.html</c>: the run's page.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("RUN") { Description = "The run's id." };
        var path = new Option<string>("--out") { Description = "Where the page goes.", HelpName = "report.html", Required = true };
        var show = new Option<bool>("--show-toxic") { Description = "Show harsh words in full; otherwise all but their first letter is masked." };
        return new Command("report", "Writes the run's page: summary, heat maps, evaluation.") { id, path, show }.Does(async (result, context, cancellationToken) =>
        {
            await using var session = await RunSession.LookAsync(context, cancellationToken);
            var run = await session.OpenArtifactsAsync(result.GetRequiredValue(id), cancellationToken);
            Write(run, result.GetRequiredValue(path), result.GetValue(show), cancellationToken);
            var target = result.GetRequiredValue(path);
            context.Console.Result(
                new { Run = run.Specification.Run.ToString(), Path = Path.GetFullPath(target) },
                told => $"The page of {told.Run}: {target}");
            return ExitCode.Done;
        });
    }

    /// <summary>Writes the page, with the times of the run's stages.</summary>
    public static void Write(RunArtifacts run, string path, bool showToxic, CancellationToken cancellationToken)
    {
        var data = RunReport.Read(run, cancellationToken);
        var stages = run.Status?.Stages.Where(stage => stage.Units > 0) ?? [];
        var times = stages.Select(stage => new StageTime(stage.Stage, stage.Elapsed, stage.Units, stage.Reused));
        var page = ReportPage.Render(data, new ReportOptions { ShowToxic = showToxic, StageTimes = [.. times] });
        OutputFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }
}
