using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Benchmarks.Scheduling;

/// <summary>A store that costs nothing, so that what is measured is the scheduling. Artifacts are their descriptions.</summary>
internal sealed class MemoryStore : IStore
{
    private readonly ConcurrentDictionary<string, ArtifactDescription> artifacts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> contents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StoredRecord> records = new(StringComparer.Ordinal);
    private readonly string folder = Directory.CreateTempSubdirectory("ifguide-benchmark-").FullName;
    private long tags;

    public string Uri => "memory:";

    public int Count => artifacts.Count;

    public int LargestRecord { get; private set; }

    /// <summary>Adds an artifact without bytes.</summary>
    public void Add(string name) => artifacts.TryAdd(name, new ArtifactDescription(name, 0, new string('0', 64)));

    public async Task<ArtifactDescription> PutAsync(string name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken = default)
    {
        using var stream = new MemoryStream();
        await write(stream, cancellationToken);
        contents[name] = stream.ToArray();
        return artifacts[name] = new ArtifactDescription(name, stream.Length, Convert.ToHexStringLower(SHA256.HashData(contents[name])));
    }

    public Task<ArtifactDescription?> FindAsync(string name, CancellationToken cancellationToken = default) => Task.FromResult(artifacts.GetValueOrDefault(name));

    public async Task<string> FetchAsync(string name, CancellationToken cancellationToken = default)
    {
        var path = Path.Combine(folder, name.Replace('/', '_'));
        await File.WriteAllBytesAsync(path, contents[name], cancellationToken);
        return path;
    }

    public async IAsyncEnumerable<ArtifactDescription> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var artifact in artifacts.Values.Where(artifact => artifact.Name.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(artifact => artifact.Name, StringComparer.Ordinal))
        {
            yield return artifact;
        }

        await Task.CompletedTask;
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default) => Task.FromResult(artifacts.TryRemove(name, out _));

    public Task<StoredRecord?> ReadAsync(string name, CancellationToken cancellationToken = default) => Task.FromResult(records.GetValueOrDefault(name));

    public Task<string?> WriteAsync(string name, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken = default)
    {
        lock (records)
        {
            if (records.GetValueOrDefault(name)?.Tag != tag)
            {
                return Task.FromResult<string?>(null);
            }

            var next = (++tags).ToString(CultureInfo.InvariantCulture);
            records[name] = new StoredRecord(bytes.ToArray(), next);
            LargestRecord = Math.Max(LargestRecord, bytes.Length);
            return Task.FromResult<string?>(next);
        }
    }

    public Task<bool> DeleteAsync(string name, string? tag, CancellationToken cancellationToken = default)
    {
        records.TryRemove(name, out _);
        return Task.FromResult(true);
    }

    async IAsyncEnumerable<string> IRecordStore.ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in records.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            yield return name;
        }

        await Task.CompletedTask;
    }
}
