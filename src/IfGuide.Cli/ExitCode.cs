using IfGuide.Grains.Hosting;

namespace IfGuide.Cli;

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

/// <summary>No cluster or store could be reached: exit code 3.</summary>
/// <param name="message">What was tried and what to do.</param>
/// <param name="innerException">What was caught.</param>
internal sealed class UnreachableException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>Ctrl-C or SIGTERM, with a sentence on how to go on: exit code 130.</summary>
/// <param name="message">The sentence.</param>
internal sealed class InterruptedException(string message) : OperationCanceledException(message);
