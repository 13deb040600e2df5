using System.IO.MemoryMappedFiles;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Formats;

/// <summary>A file mapped into memory, read only. Spans over it are valid until it is disposed.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? mapping;
    private readonly MemoryMappedViewAccessor? view;
    private readonly byte* start;
    private bool disposed;

    /// <summary>Maps a file.</summary>
    /// <exception cref="UserErrorException">There is no such file or it cannot be read.</exception>
    public MappedFile(string path)
    {
        Path = path;
        try
        {
            using var file = OpenFile(path);
            Length = file.Length;
            if (Length == 0)
            {
                return; // an empty file cannot be mapped
            }

            mapping = Map(file);
            view = mapping.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            mapping?.Dispose();
            throw UnreadableFile.Describe(path, failure);
        }

        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Bytes of the file.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">How many; at most 2 GiB.</param>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        return new ReadOnlySpan<byte>(start + offset, length);
    }

    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            view?.SafeMemoryMappedViewHandle.ReleasePointer();
            view?.Dispose();
            mapping?.Dispose();
        }
    }

    private static FileStream OpenFile(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);

    private static MemoryMappedFile Map(FileStream file) => MemoryMappedFile.CreateFromFile(
        file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
}
