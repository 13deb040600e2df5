using System.CommandLine;
using IfGuide.Abstractions;

namespace IfGuide.Cli.Commands;

/// <summary>Commands of the contract that this version does not have: each says so, and fails.</summary>
internal static class LaterCommands
{
    public static Command Silo()
    {
        var role = new Option<string?>("--role") { Description = "compute, control or all.", HelpName = "ROLE" };
        var name = new Option<string?>("--name") { Description = "The silo's name.", HelpName = "N" };
        return new Command("silo", "One silo of a cluster (not in this version).") { role, name }.Does((_, _) =>
            throw new UserErrorException("'silo' needs a cluster, and this version of IfGuide runs embedded only; 'ifguide run FILE' computes in one process."));
    }
}
