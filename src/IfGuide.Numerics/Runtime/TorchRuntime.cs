using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;

namespace IfGuide.Numerics.Runtime;

/// <summary>Finds libtorch and TorchSharp's shim and loads them before TorchSharp's own loader looks for them.</summary>
/// <remarks>
/// Call <see cref="Load"/> before the first mention of <see cref="torch"/>. A control silo never calls it and never maps libtorch.
/// Order of search: the directory in <see cref="DirectoryVariable"/> (any libtorch, PyTorch's included; CUDA when libtorch_cuda.so lies there),
/// then <c>torch-native/</c> beside the program, or the program's own directory. Two libtorchs in one process abort it, so nothing is tried after a first success.
/// </remarks>
public static class TorchRuntime
{
    /// <summary>Environment variable with the directory of a libtorch to use in place of the shipped one.</summary>
    public const string DirectoryVariable = "IFGUIDE_LIBTORCH";

    /// <summary>Environment variable with the path of a libLibTorchSharp.so to use in place of the shipped one.</summary>
    public const string ShimVariable = "IFGUIDE_LIBTORCHSHARP";

    private const string Shim = "libLibTorchSharp.so";
    private const string MissingVersion = "GLIBCXX_3.4.32";
    private const int Now = 2;
    private const int Lazy = 1;
    private const int Global = 0x100;
    private const int MappingThreshold = -3;
    private const int TrimThreshold = -1;
    private const int LargeBlock = 1 << 30;

    private static readonly Lock Gate = new();
    private static TorchRuntimeReport? loaded;

    /// <summary>Loads libtorch once; later calls return the first report.</summary>
    /// <returns>What was loaded and from where.</returns>
    /// <exception cref="DllNotFoundException">No libtorch was found, or the dynamic linker refused it; the message names file, reason and remedy.</exception>
    public static TorchRuntimeReport Load()
    {
        lock (Gate)
        {
            return loaded ??= LoadOnce();
        }
    }

    private static TorchRuntimeReport LoadOnce()
    {
        // Threads that spin long at OpenMP's barriers keep the cores from whoever else computes: two trainings with two threads each on two cores
        // took 12 steps at 100000, 38 at 10000 and 65 at 1000 in the same time; one alone is as fast with each.
        _ = setenv("GOMP_SPINCOUNT", "1000", overwrite: 0);
        // Blocks of logits come and go by the hundred megabytes: kept by the allocator, they are not cleared and mapped again each time.
        _ = mallopt(MappingThreshold, LargeBlock);
        _ = mallopt(TrimThreshold, int.MaxValue);
        _ = dlerror(); // bound now: binding it after a failure would clear the message
        var shipped = Path.Combine(AppContext.BaseDirectory, "torch-native");
        if (!Directory.Exists(shipped))
        {
            shipped = AppContext.BaseDirectory; // a build with TorchSharp's CUDA package
        }

        var named = Environment.GetEnvironmentVariable(DirectoryVariable);
        var directory = string.IsNullOrEmpty(named) ? shipped : named;
        if (!File.Exists(Path.Combine(directory, "libtorch_cpu.so")))
        {
            throw new DllNotFoundException(string.IsNullOrEmpty(named)
                ? $"No libtorch at '{directory}': rebuild IfGuide, or set {DirectoryVariable} to a directory that holds libtorch_cpu.so."
                : $"{DirectoryVariable} names '{named}', which holds no libtorch_cpu.so: correct it or unset it.");
        }

        Open(directory, "libtorch_global_deps.so", Lazy | Global, required: false); // as Python's torch does: pulls the CUDA libraries in
        Open(directory, "libc10.so", Now, required: true);
        Open(directory, "libtorch_cpu.so", Now, required: true);
        var cuda = File.Exists(Path.Combine(directory, "libtorch_cuda.so"));
        if (cuda)
        {
            Open(directory, "libc10_cuda.so", Now, required: true);
            Open(directory, "libtorch_cuda.so", Now, required: true);
        }

        Open(directory, "libtorch.so", Now, required: true);
        var shimPath = Environment.GetEnvironmentVariable(ShimVariable) is { Length: > 0 } chosen ? chosen : Path.Combine(shipped, Shim);
        var (handle, loadedShim, patched) = OpenShim(shimPath);
        DllImportResolver resolve = (name, _, _) => name == "LibTorchSharp" ? handle : 0;
        NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, resolve);
        NativeLibrary.SetDllImportResolver(typeof(TorchRuntime).Assembly, resolve);
        return new TorchRuntimeReport(directory, loadedShim, patched, cuda);
    }

    private static (nint Handle, string Path, bool Patched) OpenShim(string path)
    {
        if (!File.Exists(path))
        {
            throw new DllNotFoundException($"TorchSharp's shim is missing at '{path}': rebuild IfGuide, or set {ShimVariable}.");
        }

        var handle = dlopen(path, Lazy);
        if (handle != 0)
        {
            return (handle, path, false);
        }

        var reason = LastError();
        if (!reason.Contains(MissingVersion, StringComparison.Ordinal))
        {
            throw new DllNotFoundException($"The dynamic linker refused '{path}': {reason}. Run 'ifguide doctor' for what this machine has.");
        }

        var copy = PatchedCopy(path);
        handle = dlopen(copy, Lazy);
        return handle != 0
            ? (handle, copy, true)
            : throw new DllNotFoundException($"The dynamic linker refused '{copy}', the copy of '{path}' with a weak need for {MissingVersion}: {LastError()}.");
    }

    /// <summary>Writes (or reuses, after comparing digests) the private copy whose need for the missing version is weak.</summary>
    private static string PatchedCopy(string original)
    {
        var bytes = File.ReadAllBytes(original);
        if (VersionNeed.MakeWeak(bytes, MissingVersion) == 0)
        {
            throw new DllNotFoundException($"'{original}' failed to load for want of {MissingVersion}, but its version table does not name it: reinstall IfGuide.");
        }

        var digest = SHA256.HashData(bytes);
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } home
            ? home
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var folder = Path.Combine(cache, "ifguide", Convert.ToHexStringLower(digest)[..16]);
        var path = Path.Combine(folder, Shim);
        if (!File.Exists(path) || !SHA256.HashData(File.ReadAllBytes(path)).AsSpan().SequenceEqual(digest))
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var temporary = Path.Combine(folder, $"{Shim}.{Guid.NewGuid():N}");
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }

        return path;
    }

    private static void Open(string directory, string name, int flags, bool required)
    {
        var path = Path.Combine(directory, name);
        if (!required && !File.Exists(path))
        {
            return;
        }

        if (dlopen(path, flags) == 0 && required)
        {
            throw new DllNotFoundException($"The dynamic linker refused '{path}': {LastError()}. Set {DirectoryVariable} to a libtorch for this machine, or unset it.");
        }
    }

    private static string LastError() => Marshal.PtrToStringUTF8(dlerror()) ?? "no reason given";

#pragma warning disable SYSLIB1054, CA2101 // NativeLibrary.Load cannot pass RTLD_GLOBAL or RTLD_LAZY
    [DllImport("libc", CharSet = CharSet.Ansi)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint dlopen(string path, int flags);

    [DllImport("libc", CharSet = CharSet.Ansi)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setenv(string name, string value, int overwrite);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int mallopt(int parameter, int value);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint dlerror();
#pragma warning restore SYSLIB1054, CA2101
}
