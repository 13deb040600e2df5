using System.CommandLine;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Exports;
using IfGuide.Cli.Sessions;
using IfGuide.Cli.Settings;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide export RUN ARTIFACT --out PATH</c> (CONTRACT section 4).</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("RUN") { Description = "The run's id." };
        var artifacts = string.Join(", ", ExportFormats.Artifacts);
        var artifact = new Argument<string>("ARTIFACT") { Description = $"What to take out: {artifacts}." };
        var path = new Option<string>("--out")
        {
            Description = "Where it goes: a file, or a folder for factors and model.",
            HelpName = "PATH",
            Required = true,
        };
        var format = new Option<string?>("--format")
        {
            Description = $"Its format: {ExportFormats.Description}.",
            HelpName = "F",
        };
        var model = new Option<string?>("--model")
        {
            Description = "Which model: suppressed (the default), base, proxy, ...",
            HelpName = "NAME",
        };
        var behaviour = CommonOptions.Behaviour(
            "Whose scores, mask or order, where the run has several behaviours; a mask without it is that of all together.");
        var checkpoint = new Option<bool>("--checkpoint")
        {
            Description = "With model: the last good checkpoint of a training that has not ended, or that diverged.",
        };
        ExportRequest Read(ParseResult result)
        {
            var what = result.GetRequiredValue(artifact);
            var chosen = ExportFormats.Choose(what, result.GetValue(format));
            var target = result.GetRequiredValue(path);
            return new(what, chosen, target, result.GetValue(model), result.GetValue(behaviour), result.GetValue(checkpoint));
        }

        Option[] options = [path, format, model, checkpoint, behaviour];
        var command = new Command("export", "Takes a result out of the store.") { id, artifact };
        foreach (var option in options)
        {
            command.Add(option);
        }

        return command.Does((result, context, cancellationToken) =>
            ExportAsync(context, result.GetRequiredValue(id), Read(result), cancellationToken));
    }

    private static async Task<int> ExportAsync(
        CommandContext context, string id, ExportRequest request, CancellationToken cancellationToken)
    {
        request.Check();
        await using var session = await RunSession.LookAsync(context, cancellationToken);
        var run = await session.OpenArtifactsAsync(id, cancellationToken);
        await request.WriteAsync(run, cancellationToken);
        var full = Path.GetFullPath(request.Path);
        context.Console.Result(
            new { Run = run.Specification.Run.ToString(), request.Artifact, request.Format, Path = full },
            told => $"{told.Artifact} of {told.Run} as {told.Format}: {request.Path}");
        return ExitCode.Done;
    }
}
