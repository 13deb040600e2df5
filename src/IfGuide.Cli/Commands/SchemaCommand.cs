using System.CommandLine;
using IfGuide.Abstractions.Rules;
using IfGuide.Cli.Settings;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide schema</c>: the JSON Schema of run files.</summary>
internal static class SchemaCommand
{
    public static Command Create() => new Command("schema", "Prints the JSON Schema of run files, from which editors complete.").Does((_, _) =>
    {
        Console.Out.Write(RunSchema.Write());
        return ExitCode.Done;
    });
}
