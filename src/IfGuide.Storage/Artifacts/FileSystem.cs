using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IfGuide.Storage.Artifacts;

/// <summary>The few calls of the operating system that .NET lacks: hard links, locks between processes, and flushing a folder.</summary>
internal static partial class FileSystem
{
    private const int ErrorInterrupted = 4;
    private const int ErrorExists = 17;
    private const int OpenReadOnly = 0;
    private const int OpenReadWrite = 2;
    private const int OpenCreate = 0x40;
    private const int OpenCloseOnExec = 0x80000;
    private const int LockExclusive = 2;
    private const int CurrentDirectory = -100;
    private const uint BasicStatistics = 0x7ff;

    /// <summary>Gives a file a second name unless that name exists.</summary>
    /// <returns>False when the name exists.</returns>
    /// <remarks>File systems without hard links get a rename. Callers hold the name's lock, so a rename replaces nothing either.</remarks>
    public static bool LinkIfAbsent(string file, string name)
    {
        if (link(file, name) == 0)
        {
            return true;
        }

        if (Marshal.GetLastPInvokeError() == ErrorExists || File.Exists(name))
        {
            return false;
        }

        File.Move(file, name, overwrite: true);
        return true;
    }

    /// <summary>Makes the entries of a folder durable.</summary>
    public static void FlushFolder(string folder)
    {
        var descriptor = open(folder, OpenReadOnly | OpenCloseOnExec, 0);
        if (descriptor < 0)
        {
            throw ReadLastError(folder);
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (fsync(descriptor) != 0)
        {
            throw ReadLastError(folder);
        }
    }

    /// <summary>Creates a folder and makes each new level durable.</summary>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder)!;
        CreateFolder(parent);
        Directory.CreateDirectory(folder);
        FlushFolder(parent);
    }

    /// <summary>Waits for a lock that other threads and processes respect. The kernel releases it when its holder dies.</summary>
    public static SafeFileHandle Lock(string path)
    {
        // Not File.OpenHandle: it takes a shared lock of its own and fails where another holds an exclusive one.
        var descriptor = open(path, OpenReadWrite | OpenCreate | OpenCloseOnExec, 0x1b6);
        if (descriptor < 0)
        {
            throw ReadLastError(path);
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        while (flock(descriptor, LockExclusive) != 0)
        {
            if (Marshal.GetLastPInvokeError() != ErrorInterrupted)
            {
                var failure = ReadLastError(path);
                handle.Dispose();
                throw failure;
            }
        }

        return handle;
    }

    /// <summary>Reads what tells whether a file is still the same; null when it does not exist.</summary>
    public static FileIdentity? Identify(string path)
    {
        if (statx(CurrentDirectory, path, 0, BasicStatistics, out var status) == 0)
        {
            return status.ToIdentity();
        }

        if (File.Exists(path))
        {
            throw ReadLastError(path);
        }

        return null;
    }

    private static IOException ReadLastError(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{Marshal.GetPInvokeErrorMessage(error)} ({path})", error);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int link(string existing, string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int flock(int descriptor, int operation);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int statx(int folder, string path, int flags, uint mask, out FileStatus status);

    /// <summary>struct statx of the Linux kernel, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;

        public readonly FileIdentity ToIdentity() =>
            new((long)Size, Inode, ModifiedSeconds, ModifiedNanoseconds, ChangedSeconds, ChangedNanoseconds);
    }
}
