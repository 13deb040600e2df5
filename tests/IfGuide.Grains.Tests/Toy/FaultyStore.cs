using System.Runtime.CompilerServices;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Tests.Toy;

/// <summary>A store whose server can be switched off, whose disk can be filled, and whose answers can be lost.</summary>
internal sealed class FaultyStore(IStore store) : IStore
{
    private volatile bool down;
    private volatile bool full;
    private int lostAnswers;

    /// <summary>Nothing can be reached.</summary>
    public bool IsDown
    {
        get => down;
        set => down = value;
    }

    /// <summary>Nothing can be written.</summary>
    public bool IsFull
    {
        get => full;
        set => full = value;
    }

    public string Uri => store.Uri;

    /// <summary>The next writes of records are done, and said not to be.</summary>
    public void LoseAnswers(int count) => lostAnswers = count;

    public Task<ArtifactDescription> PutAsync(string name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken = default)
    {
        Reach();
        Write();
        return store.PutAsync(name, write, cancellationToken);
    }

    public Task<ArtifactDescription?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        Reach();
        return store.FindAsync(name, cancellationToken);
    }

    public Task<string> FetchAsync(string name, CancellationToken cancellationToken = default)
    {
        Reach();
        return store.FetchAsync(name, cancellationToken);
    }

    public async IAsyncEnumerable<ArtifactDescription> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Reach();
        await foreach (var artifact in ((IArtifactStore)store).ListAsync(prefix, cancellationToken))
        {
            yield return artifact;
        }
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        Reach();
        return store.DeleteAsync(name, cancellationToken);
    }

    public Task<StoredRecord?> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        Reach();
        return store.ReadAsync(name, cancellationToken);
    }

    public async Task<string?> WriteAsync(string name, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken = default)
    {
        Reach();
        Write();
        var written = await store.WriteAsync(name, bytes, tag, cancellationToken);
        return Interlocked.Decrement(ref lostAnswers) >= 0 ? throw Unreachable() : written;
    }

    public Task<bool> DeleteAsync(string name, string? tag, CancellationToken cancellationToken = default)
    {
        Reach();
        return store.DeleteAsync(name, tag, cancellationToken);
    }

    async IAsyncEnumerable<string> IRecordStore.ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Reach();
        await foreach (var name in ((IRecordStore)store).ListAsync(prefix, cancellationToken))
        {
            yield return name;
        }
    }

    private static StoreUnavailableException Unreachable() => new("The store does not answer: connection refused.", new IOException("connection refused")) { IsTransient = true };

    private void Reach()
    {
        if (down)
        {
            throw Unreachable();
        }
    }

    private void Write()
    {
        if (full)
        {
            throw new StoreUnavailableException("The store cannot be written: no space left on the device; free some.", new IOException("no space left"));
        }
    }
}
