namespace IfGuide.Storage.Artifacts;

/// <summary>A folder of files that are being written, each locked by its writer until it is closed.</summary>
internal sealed class TemporaryFiles(string folder)
{
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromMinutes(10);

    /// <summary>Creates a temporary file.</summary>
    /// <exception cref="StoreUnavailableException">The folder cannot be written.</exception>
    public FileStream Create()
    {
        var path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        return StoreUnavailableException.Guard("write", path, () => CreateLocked(path));
    }

    /// <summary>Removes temporary files that nobody writes any more: old, and not locked by a living writer.</summary>
    public void RemoveLeftovers()
    {
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) >= LeftoverAge)
            {
                RemoveUnlessLocked(path);
            }
        }
    }

    private static FileStream CreateLocked(string path) =>
        new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    private static void RemoveUnlessLocked(string path)
    {
        try
        {
            using (File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                File.Delete(path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Locked by its writer, or removed by another process that opens the store: either way not ours to remove.
        }
    }
}
