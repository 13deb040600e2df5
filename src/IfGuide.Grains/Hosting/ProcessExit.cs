using System.Runtime.InteropServices;

namespace IfGuide.Grains.Hosting;

/// <summary>Ends this process at once: no finalizers, no stop handlers, no destructors of native libraries, which crash when a thread still computes in them.</summary>
public static partial class ProcessExit
{
    /// <summary>Does not return.</summary>
    /// <param name="exitCode">The process' exit code, 0 to 255.</param>
    public static void Now(int exitCode) => Exit(exitCode);

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Exit(int exitCode);
}
