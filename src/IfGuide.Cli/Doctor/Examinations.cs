using System.Globalization;
using System.Runtime.InteropServices;
using IfGuide.Cli.Settings;
using IfGuide.Numerics.Runtime;

namespace IfGuide.Cli.Doctor;

/// <summary>What <c>doctor</c> looks at, one thing after another; nothing here throws.</summary>
internal static class Examinations
{
    public static IEnumerable<Finding> Of(CommonSettings settings) =>
        [Machine(), .. Torch(settings), Unicode(), StoreExamination.Of(settings), Cluster(settings)];

    private static Finding Machine()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var found = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} processors, {Gibibytes(memory)} of memory, {RuntimeInformation.FrameworkDescription}";
        return RuntimeInformation.IsOSPlatform(OSPlatform.Linux) && RuntimeInformation.OSArchitecture == Architecture.X64
            ? new Finding("system", true, found)
            : new Finding("system", false, found, "IfGuide runs on Linux on x64; use such a machine or container.");
    }

    private static Finding[] Torch(CommonSettings settings)
    {
        try
        {
            var runtime = TorchRuntime.Load();
            var shim = runtime.ShimPatched
                ? $"{runtime.ShimPath}: a private copy in which the need for a C++ library version that this system lacks is weak (it uses no symbol of it)"
                : $"{runtime.ShimPath}: as shipped";
            return
            [
                new Finding("libtorch", true, $"{runtime.Directory}, {(runtime.HasCuda ? "with CUDA" : "processor only")}"),
                new Finding("shim", true, shim),
                Device(settings),
            ];
        }
        catch (DllNotFoundException exception)
        {
            return [new Finding("libtorch", false, "not loaded", exception.Message)];
        }
    }

    private static Finding Device(CommonSettings settings)
    {
        try
        {
            var report = DeviceProbe.Run(settings.Device, settings.Threads);
            return new Finding("device", true, string.Create(CultureInfo.InvariantCulture, $"{report.Description}; float32 products at {report.FlopsPerSecond / 1e9:0} GFLOP/s"));
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or ExternalException)
        {
            return new Finding("device", false, $"{settings.Device} cannot be used", exception.Message);
        }
    }

    private static Finding Unicode()
    {
        // Without ICU the runtime returns text as it is and does not say so, and tokens would differ from the tokenizer's.
        var composed = "e\u0301".Normalize();
        return composed == "\u00e9"
            ? new Finding("unicode", true, "text is normalised (ICU)")
            : new Finding("unicode", false, "text is not normalised: the runtime has no ICU", "Install it (Debian: apt-get install libicu72) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
    }

    private static Finding Cluster(CommonSettings settings) => settings.Cluster is null
        ? new Finding("cluster", true, "none named: runs are computed in this process (embedded)")
        : ClusterExamination.Of(settings.Cluster);

    internal static string Gibibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB");
}
