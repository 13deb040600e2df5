using System.CommandLine;
using IfGuide.Cli.Doctor;
using IfGuide.Cli.Settings;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide doctor</c>: checks this machine; each line says ok or what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create() => new Command("doctor", "Checks this machine: libtorch, device, store, cluster.").Does((_, context) =>
    {
        var well = true;
        foreach (var finding in Examinations.Of(context.Settings))
        {
            well &= finding.Ok;
            context.Console.Result(finding, Line);
        }

        return well ? ExitCode.Done : ExitCode.Failed;
    });

    private static string Line(Finding finding) =>
        $"{(finding.Ok ? "ok  " : "FIX ")}{finding.Subject,-10}{finding.Found}{(finding.Remedy is null ? string.Empty : $"\n    {string.Empty,-10}{finding.Remedy}")}";
}
