using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Hosting;

/// <summary>What of Orleans' log is worth a line.</summary>
internal static class SiloLogging
{
    public static void Configure(ILoggingBuilder logging) => logging
        .AddFilter("Orleans", LogLevel.Warning)
        // Says at every start that a check took as long as the machine is up.
        .AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error)
        // Asks for server garbage collection, which is wrong beside native tensors.
        .AddFilter("Orleans.Runtime.Silo", LogLevel.Error)
        .AddFilter("Microsoft.Hosting", LogLevel.Warning);
}
