using System.CommandLine;
using IfGuide.Cli.Consoles;

namespace IfGuide.Cli.Commands;

/// <summary>What commands share.</summary>
internal static class CommandExtensions
{
    /// <summary>Gives a command its work.</summary>
    public static Command Does(this Command command, Func<ParseResult, CommandContext, CancellationToken, Task<int>> work)
    {
        command.SetAction((result, cancellationToken) => work(result, new CommandContext(CommonOptions.Read(result)), cancellationToken));
        return command;
    }

    /// <summary>Gives a command its work.</summary>
    public static Command Does(this Command command, Func<ParseResult, CommandContext, int> work) =>
        command.Does((result, context, _) => Task.FromResult(work(result, context)));
}
