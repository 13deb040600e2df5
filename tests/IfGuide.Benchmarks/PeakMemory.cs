using System.Globalization;
using System.Runtime.InteropServices;

namespace IfGuide.Benchmarks;

/// <summary>The largest resident size of this process since it was last reset.</summary>
internal static class PeakMemory
{
    public static void Reset() => File.WriteAllText("/proc/self/clear_refs", "5");

    /// <summary>Gives back what the allocator keeps of freed memory, which would else hide a later growth.</summary>
    public static void Trim()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _ = TrimHeap(0);
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TrimHeap(nuint keep);

    public static double MebiBytes()
    {
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line["VmHWM:".Length..^"kB".Length], CultureInfo.InvariantCulture) / 1024.0;
    }
}
