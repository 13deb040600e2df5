using System.CommandLine;
using IfGuide.Abstractions;

namespace IfGuide.Cli.Commands;

/// <summary>Commands of the contract that this version does not have: each says so, and fails.</summary>
internal static class LaterCommands
{
    public static Command Plan()
    {
        var file = new Argument<string>("FILE") { Description = "The run file." };
        return new Command("plan", "Costs of a run before anything is spent (not in this version).") { file }.Does((_, _) =>
            throw new UserErrorException("'plan' is not in this version of IfGuide; 'ifguide validate FILE' checks a run file, and 'ifguide run FILE --until prepare' counts its tokens."));
    }
}
