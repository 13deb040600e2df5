using IfGuide.Storage.Formats;

namespace IfGuide.Pipeline.Results.Exports;

/// <summary>A result in one format: opened, and ready to be written.</summary>
/// <param name="source">What is open for it; null: nothing.</param>
/// <param name="write">Writes the bytes.</param>
internal sealed class RunExport(IDisposable? source, Func<Stream, Task> write) : IDisposable
{
    /// <summary>An export that waits for nothing while it writes.</summary>
    public static RunExport Create(IDisposable? source, Action<Stream> write) => new(source, stream =>
    {
        write(stream);
        return Task.CompletedTask;
    });

    /// <summary>A stored artifact as it is.</summary>
    public static RunExport Copy(string file) => new(source: null, async stream =>
    {
        await using var stored = File.OpenRead(file);
        await stored.CopyToAsync(stream);
    });

    public Task WriteAsync(Stream stream) => write(stream);

    /// <summary>Writes a file whole, or not at all.</summary>
    public Task SaveAsync(string path) => OutputFile.WriteAsync(path, write);

    public void Dispose() => source?.Dispose();
}
