using IfGuide.Abstractions;

namespace IfGuide.Storage.Formats;

/// <summary>Writes files and folders outside the store: whole or not at all.</summary>
public static class OutputFile
{
    /// <summary>Writes a file beside its final name and renames it when it is whole.</summary>
    /// <param name="path">Where to; its folder is created.</param>
    /// <param name="write">Writes the bytes; the stream can seek.</param>
    /// <exception cref="UserErrorException">The file cannot be written there.</exception>
    public static void Write(string path, Action<Stream> write) => WriteAsync(path, stream =>
    {
        write(stream);
        return Task.CompletedTask;
    }).GetAwaiter().GetResult(); // completed: nothing in it waits

    /// <summary>Writes a file beside its final name and renames it when it is whole.</summary>
    /// <param name="path">Where to; its folder is created.</param>
    /// <param name="write">Writes the bytes; the stream can seek.</param>
    /// <exception cref="UserErrorException">The file cannot be written there.</exception>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        var temporary = $"{full}.{Guid.NewGuid():N}.partial";
        try
        {
            if (Directory.Exists(full))
            {
                throw new UserErrorException($"'{path}' is a folder; name a file.");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            await WriteFlushedAsync(temporary, write);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception exception)
            when (exception is UnauthorizedAccessException || exception.GetType().Namespace == "System.IO")
        {
            var reason = exception.Message.TrimEnd('.');
            throw new UserErrorException($"'{path}' cannot be written: {reason}. Name another file, or make room.", exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Writes a folder's files beside its final name and renames it when it is whole.</summary>
    /// <param name="path">Where to; must not exist, or be an empty folder.</param>
    /// <param name="write">Writes the files into the folder it is given.</param>
    /// <exception cref="UserErrorException">The folder exists and holds something, or cannot be written.</exception>
    public static async Task WriteFolderAsync(string path, Func<string, Task> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar);
        var temporary = $"{full}.{Guid.NewGuid():N}.partial";
        try
        {
            if (File.Exists(full) || HoldsSomething(full))
            {
                throw new UserErrorException($"'{path}' exists already; name a folder that does not exist, or an empty one.");
            }

            Directory.CreateDirectory(temporary);
            await write(temporary);
            Replace(full, temporary);
        }
        catch (UnauthorizedAccessException exception)
        {
            var reason = exception.Message.TrimEnd('.');
            throw new UserErrorException($"'{path}' cannot be written: {reason}. Name another folder.", exception);
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private static async Task WriteFlushedAsync(string path, Func<Stream, Task> write)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite);
        await write(stream);
        stream.Flush(flushToDisk: true);
    }

    private static bool HoldsSomething(string folder) => Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any();

    private static void Replace(string emptyFolder, string folder)
    {
        if (Directory.Exists(emptyFolder))
        {
            Directory.Delete(emptyFolder);
        }

        Directory.Move(folder, emptyFolder);
    }
}
