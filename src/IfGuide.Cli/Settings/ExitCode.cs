using IfGuide.Grains.Hosting;

namespace IfGuide.Cli.Settings;

/// <summary>What the process tells its caller (CONTRACT section 1).</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The run failed, or IfGuide erred.</summary>
    public const int Failed = 1;

    /// <summary>The user's input or arguments are wrong.</summary>
    public const int UserError = 2;

    /// <summary>No cluster or store could be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>A silo was declared dead by its cluster; a supervisor starts it again.</summary>
    public const int Evicted = ClusterHost.EvictedExitCode;

    /// <summary>Stopped by Ctrl-C or SIGTERM; the run can be resumed.</summary>
    public const int Interrupted = 130;
}
