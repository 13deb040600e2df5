namespace IfGuide.Tests.Shared;

/// <summary>Watches how much memory the process takes while something runs. Nothing else may run beside it.</summary>
internal static class MemoryMeter
{
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
}
