using IfGuide.Abstractions;

namespace IfGuide.Cli.Outputs;

/// <summary>Writes results outside the store: whole or not at all.</summary>
internal static class OutputFile
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
        var full = Path.GetFullPath(path);
        var temporary = $"{full}.{Guid.NewGuid():N}.partial";
        try
        {
            if (Directory.Exists(full))
            {
                throw new UserErrorException($"'{path}' is a folder; name a file.");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                await write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException || exception.GetType().Namespace == "System.IO")
        {
            throw new UserErrorException($"'{path}' cannot be written: {exception.Message.TrimEnd('.')}. Name another file, or make room.", exception);
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
        var full = Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar);
        var temporary = $"{full}.{Guid.NewGuid():N}.partial";
        try
        {
            if (File.Exists(full) || (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()))
            {
                throw new UserErrorException($"'{path}' exists already; name a folder that does not exist, or an empty one.");
            }

            Directory.CreateDirectory(temporary);
            await write(temporary);
            if (Directory.Exists(full))
            {
                Directory.Delete(full);
            }

            Directory.Move(temporary, full);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UserErrorException($"'{path}' cannot be written: {exception.Message.TrimEnd('.')}. Name another folder.", exception);
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }
}
