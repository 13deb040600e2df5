using System.Runtime.InteropServices;

namespace IfGuide.Tests.Shared;

/// <summary>Watches how much memory the process takes while something runs. Nothing else may run beside it.</summary>
internal static class MemoryMeter
{
    private const double Mebi = 1 << 20;

    /// <summary>How far the bytes that native code has allocated rise above their value before, in MiB: libtorch's tensors, to the byte.</summary>
    /// <remarks>Counts allocations: resident memory also falls when the kernel takes pages back, so no lower bound holds for it.</remarks>
    /// <param name="action">What runs.</param>
    public static double NativeRise(Action action) => Rise(NativeMebibytes, action);

    /// <summary>How far a reading rises above its value before; looked at every millisecond.</summary>
    /// <param name="read">The reading.</param>
    /// <param name="action">What runs.</param>
    public static double Rise(Func<double> read, Action action)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // else what earlier tests left is given back in the middle of it
        GC.WaitForPendingFinalizers();
        var (before, peak) = (read(), 0.0);
        using var done = new ManualResetEventSlim();
        var watch = new Thread(() =>
        {
            while (!done.Wait(1))
            {
                peak = Math.Max(peak, read());
            }

            peak = Math.Max(peak, read());
        });
        watch.Start();
        try
        {
            action();
        }
        finally
        {
            done.Set();
            watch.Join();
        }

        return Math.Max(0, peak - before);
    }

    private static double NativeMebibytes()
    {
        var counts = AllocatorCounts();
        return (counts.HeapBytesInUse + counts.MappedBytes) / Mebi;
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern Counts AllocatorCounts();

    /// <summary>glibc's <c>struct mallinfo2</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Counts
    {
        private readonly nuint arena, freeChunks, fastChunks, mappings;

        public readonly nuint MappedBytes;

        private readonly nuint unused, fastBytes;

        public readonly nuint HeapBytesInUse;

        private readonly nuint freeBytes, trimmableBytes;
    }
}
