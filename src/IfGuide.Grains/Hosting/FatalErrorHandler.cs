using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Hosting;

/// <summary>Ends a silo that Orleans says cannot go on. One that the cluster has declared dead leaves with one line and an exit code of its own; anything else is a crash, with its stack.</summary>
/// <remarks>A silo that is dead to the others must not do another thing: neither path runs finalizers, stop handlers or whatever else could wait.</remarks>
/// <param name="silo">This silo.</param>
/// <param name="logger">The log.</param>
internal sealed class FatalErrorHandler(ILocalSiloDetails silo, ILogger<FatalErrorHandler> logger) : IFatalErrorHandler
{
    /// <summary>How Orleans' message begins; it has no other sign of an eviction.</summary>
    internal const string Evicted = "I have been told I am dead";

    public bool IsUnexpected(Exception exception) => exception is not ThreadAbortException;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        if (exception is null && context?.StartsWith(Evicted, StringComparison.Ordinal) == true)
        {
            logger.LogError(
                "Silo {Silo} was declared dead by its cluster, which did not hear of it for too long (it was frozen, overloaded or cut off); "
                + "it ends at once. Its units are computed elsewhere; started again, it is a new member.",
                silo.Name);
            ProcessExit.Now(ClusterHost.EvictedExitCode);
        }

        Environment.FailFast($"Silo {silo.Name} cannot go on: {context}", exception);
    }
}
