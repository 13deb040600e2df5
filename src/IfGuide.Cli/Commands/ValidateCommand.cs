using System.CommandLine;
using IfGuide.Abstractions.Rules;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Settings;
using IfGuide.Client.RunFiles;
using IfGuide.Pipeline.Preparation;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide validate FILE</c>: checks a run file and every file it names, without computing: what is small whole, models and corpora by their beginnings.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The run file." };
        return new Command("validate", "Checks a run file and every file it names, without computing.") { file }.Does((result, context) =>
        {
            var path = result.GetRequiredValue(file);
            var run = RunFile.Read(path);
            InputCheck.Check(run, path);
            InputExamination.Examine(run);
            foreach (var note in run.FindUnused())
            {
                CommandConsole.Warn($"{path}: {note}");
            }

            context.Console.Result(
                new { Run = run.Run.ToString(), File = Path.GetFullPath(path), Files = NamedFiles.Of(run).Count() },
                checkedRun => $"{path}: run '{checkedRun.Run}' is in order, and so are the {checkedRun.Files} files and folders that it names, as far as their beginnings tell.");
            return ExitCode.Done;
        });
    }
}
