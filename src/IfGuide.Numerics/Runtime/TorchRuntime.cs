using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;

namespace IfGuide.Numerics.Runtime;

/// <summary>Finds libtorch and TorchSharp's shim and loads them before TorchSharp's own loader looks for them.</summary>
/// <remarks>
/// Call <see cref="Load"/> before the first mention of <see cref="torch"/>. A control silo never calls it and never maps libtorch.
/// Order of search: the directory in <see cref="DirectoryVariable"/>, then <c>torch-native/</c> beside the program, or the program's own.
/// Any libtorch will do, PyTorch's included; it has CUDA when libtorch_cuda.so lies there.
/// Two libtorchs in one process abort it, so nothing is tried after a first success.
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
        SetProcessDefaults();
        var shipped = FindShipped();
        var directory = FindLibrary(shipped);
        var hasCuda = OpenLibrary(directory);
        var shim = OpenShim(ReadVariable(ShimVariable) ?? Path.Combine(shipped, Shim));
        NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, Resolve);
        NativeLibrary.SetDllImportResolver(typeof(TorchRuntime).Assembly, Resolve);
        return new TorchRuntimeReport(directory, shim.Path, shim.IsPatched, hasCuda);

        nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
            name == "LibTorchSharp" ? shim.Handle : 0;
    }

    private static void SetProcessDefaults()
    {
        // Threads that spin long at OpenMP's barriers keep the cores from whoever else computes. Two trainings with two threads each
        // on two cores took 12 steps at 100000, 38 at 10000 and 65 at 1000 in the same time; one alone is as fast with each.
        _ = setenv("GOMP_SPINCOUNT", "1000", overwrite: 0);
        // Blocks of logits come and go by the hundred megabytes. Kept by the allocator, they are not cleared and mapped again each time.
        _ = mallopt(MappingThreshold, LargeBlock);
        _ = mallopt(TrimThreshold, int.MaxValue);
        _ = dlerror(); // bound now: binding it after a failure would clear the message
    }

    private static string FindShipped()
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "torch-native");
        if (Directory.Exists(shipped))
        {
            return shipped;
        }

        return AppContext.BaseDirectory; // a build with TorchSharp's CUDA package
    }

    private static string FindLibrary(string shipped)
    {
        var named = ReadVariable(DirectoryVariable);
        var directory = named ?? shipped;
        if (File.Exists(Path.Combine(directory, "libtorch_cpu.so")))
        {
            return directory;
        }

        if (named is null)
        {
            throw new DllNotFoundException(
                $"No libtorch at '{directory}': rebuild IfGuide, or set {DirectoryVariable} to a directory that holds libtorch_cpu.so.");
        }

        throw new DllNotFoundException(
            $"{DirectoryVariable} names '{named}', which holds no libtorch_cpu.so: correct it or unset it.");
    }

    /// <summary>Opens the libraries of a libtorch in their order; returns whether it has CUDA.</summary>
    private static bool OpenLibrary(string directory)
    {
        // Python's torch opens this one first too: it pulls the CUDA libraries in.
        Open(directory, "libtorch_global_deps.so", Lazy | Global, isRequired: false);
        Open(directory, "libc10.so", Now);
        Open(directory, "libtorch_cpu.so", Now);
        var hasCuda = File.Exists(Path.Combine(directory, "libtorch_cuda.so"));
        if (hasCuda)
        {
            Open(directory, "libc10_cuda.so", Now);
            Open(directory, "libtorch_cuda.so", Now);
        }

        Open(directory, "libtorch.so", Now);
        return hasCuda;
    }

    private static string? ReadVariable(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(value) ? null : value;
    }

    private static (nint Handle, string Path, bool IsPatched) OpenShim(string path)
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

        var reason = ReadError();
        if (!reason.Contains(MissingVersion, StringComparison.Ordinal))
        {
            throw new DllNotFoundException(
                $"The dynamic linker refused '{path}': {reason}. Run 'ifguide doctor' for what this machine has.");
        }

        return OpenPatchedShim(path);
    }

    private static (nint Handle, string Path, bool IsPatched) OpenPatchedShim(string path)
    {
        var copy = WritePatchedCopy(path);
        var handle = dlopen(copy, Lazy);
        if (handle == 0)
        {
            throw new DllNotFoundException(
                $"The dynamic linker refused '{copy}', the copy of '{path}' with a weak need for {MissingVersion}: {ReadError()}.");
        }

        return (handle, copy, true);
    }

    /// <summary>Writes (or reuses, after comparing digests) the private copy whose need for the missing version is weak.</summary>
    private static string WritePatchedCopy(string original)
    {
        var bytes = File.ReadAllBytes(original);
        if (VersionNeed.MakeWeak(bytes, MissingVersion) == 0)
        {
            throw new DllNotFoundException(
                $"'{original}' failed to load for want of {MissingVersion}, but its version table does not name it: reinstall IfGuide.");
        }

        var digest = SHA256.HashData(bytes);
        var folder = Path.Combine(FindCache(), "ifguide", Convert.ToHexStringLower(digest)[..16]);
        var path = Path.Combine(folder, Shim);
        if (!HasDigest(path, digest))
        {
            WriteWhole(folder, path, bytes);
        }

        return path;
    }

    private static bool HasDigest(string path, byte[] digest) =>
        File.Exists(path) && SHA256.HashData(File.ReadAllBytes(path)).AsSpan().SequenceEqual(digest);

    private static void WriteWhole(string folder, string path, byte[] bytes)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var temporary = Path.Combine(folder, $"{Shim}.{Guid.NewGuid():N}");
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }

    private static string FindCache() =>
        ReadVariable("XDG_CACHE_HOME")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private static void Open(string directory, string name, int flags, bool isRequired = true)
    {
        var path = Path.Combine(directory, name);
        if (!isRequired && !File.Exists(path))
        {
            return;
        }

        if (dlopen(path, flags) == 0 && isRequired)
        {
            throw new DllNotFoundException(
                $"The dynamic linker refused '{path}': {ReadError()}. "
                    + $"Set {DirectoryVariable} to a libtorch for this machine, or unset it.");
        }
    }

    private static string ReadError() => Marshal.PtrToStringUTF8(dlerror()) ?? "no reason given";

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
