using System.Globalization;

namespace IfGuide.Storage.Tests.Support;

/// <summary>Nothing else runs while memory is measured.</summary>
[CollectionDefinition(nameof(ResidentMemoryCollection), DisableParallelization = true)]
public sealed class ResidentMemoryCollection;

/// <summary>The memory of this process.</summary>
internal static class ResidentMemory
{
    /// <summary>Memory that no file stands behind, MiB.</summary>
    public static double Anonymous() => long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
}
