using System.CommandLine;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Cli.Exports;
using IfGuide.Cli.Outputs;
using IfGuide.Cli.Sessions;
using IfGuide.Cli.Settings;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide export RUN ARTIFACT --out PATH</c> (CONTRACT section 4).</summary>
internal static class ExportCommand
{
    /// <summary>Artifacts with their formats; the first is the default.</summary>
    private static readonly Dictionary<string, string[]> Formats = new()
    {
        ["scores"] = ["npy", "safetensors", "parquet"],
        ["mask"] = ["npy", "safetensors", "jsonl", "megatron", "weights", "reference"],
        ["order"] = ["npy"],
        ["factors"] = ["safetensors"],
        ["model"] = ["huggingface"],
        ["metrics"] = ["json"],
    };

    public static Command Create()
    {
        var id = new Argument<string>("RUN") { Description = "The run's id." };
        var artifact = new Argument<string>("ARTIFACT") { Description = "What to take out: " + string.Join(", ", Formats.Keys) + "." };
        var path = new Option<string>("--out") { Description = "Where it goes: a file, or a folder for factors and model.", HelpName = "PATH", Required = true };
        var format = new Option<string?>("--format") { Description = "Its format: " + string.Join("; ", Formats.Select(pair => $"{pair.Key}: {string.Join(", ", pair.Value)}")) + ".", HelpName = "F" };
        var model = new Option<string?>("--model") { Description = "Which model: suppressed (the default), base, proxy, ...", HelpName = "NAME" };
        var behaviour = CommonOptions.Behaviour("Whose scores, mask or order, where the run has several behaviours; a mask without it is that of all together.");
        var checkpoint = new Option<bool>("--checkpoint") { Description = "With model: the last good checkpoint of a training that has not ended, or that diverged." };
        return new Command("export", "Takes a result out of the store.") { id, artifact, path, format, model, checkpoint, behaviour }.Does(async (result, context, cancellationToken) =>
        {
            var what = result.GetRequiredValue(artifact);
            var chosen = Format(what, result.GetValue(format));
            var target = result.GetRequiredValue(path);
            if (result.GetValue(behaviour) is not null && what is not ("scores" or "mask" or "order"))
            {
                throw new UserErrorException($"--behaviour goes with scores, mask and order; {what} belong to the whole run.");
            }

            await using var session = await RunSession.LookAsync(context, cancellationToken);
            var run = await RunArtifacts.OpenAsync(session, result.GetRequiredValue(id), cancellationToken);
            if (result.GetValue(checkpoint))
            {
                await ModelExport.WriteCheckpointAsync(run, what == "model" ? result.GetValue(model) : throw new UserErrorException($"--checkpoint belongs to the artifact model, not to {what}; leave it out."), target, cancellationToken);
            }
            else
            {
                await WriteAsync(run, what, chosen, result.GetValue(model), target, cancellationToken, result.GetValue(behaviour));
            }

            context.Console.Result(
                new { Run = run.Status.Run.ToString(), Artifact = what, Format = chosen, Path = Path.GetFullPath(target) },
                told => $"{told.Artifact} of {told.Run} as {told.Format}: {target}");
            return ExitCode.Done;
        });
    }

    /// <summary>Writes one artifact.</summary>
    public static async Task WriteAsync(RunArtifacts run, string artifact, string format, string? model, string path, CancellationToken cancellationToken, string? behaviour = null)
    {
        switch (artifact)
        {
            case "scores":
                await TokenExports.ScoresAsync(run, behaviour, format, path, cancellationToken);
                break;
            case "mask":
                await TokenExports.MaskAsync(run, behaviour, format, path, cancellationToken);
                break;
            case "order":
                Copy(await run.FetchAsync(run.Behaviour(behaviour).Order, "order", cancellationToken), path);
                break;
            case "factors":
                await FactorExport.WriteAsync(run, path, cancellationToken);
                break;
            case "model":
                await ModelExport.WriteAsync(run, model, path, cancellationToken);
                break;
            default:
                Copy(await run.FetchAsync(run.Names.Metrics, "metrics", cancellationToken), path);
                break;
        }
    }

    private static string Format(string artifact, string? format)
    {
        if (!Formats.TryGetValue(artifact, out var formats))
        {
            throw new UserErrorException($"There is no artifact '{artifact}'; did you mean '{NearestName.Of(artifact, Formats.Keys)}'? There are {string.Join(", ", Formats.Keys)}.");
        }

        return format is null || formats.Contains(format)
            ? format ?? formats[0]
            : throw new UserErrorException($"--format '{format}' is none of {artifact}; expected {string.Join(", ", formats)}.");
    }

    private static void Copy(string source, string path) => OutputFile.Write(path, stream =>
    {
        using var file = File.OpenRead(source);
        file.CopyTo(stream);
    });
}
