using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Runs;

/// <summary>The artifact store for synchronous passes. Blocks its thread, which is a device's own, never a scheduler's.</summary>
/// <param name="store">The store.</param>
/// <param name="cancellationToken">Cancels.</param>
internal sealed class BlockingStore(IArtifactStore store, CancellationToken cancellationToken)
{
    /// <summary>Where large temporary files may lie.</summary>
    public string WorkFolder => store.WorkFolder;

    /// <summary>Cancels every call.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    public bool Exists(string name) => Find(name) is not null;

    public ArtifactDescription? Find(string name) => store.FindAsync(name, cancellationToken).GetAwaiter().GetResult();

    /// <summary>A verified local file with the artifact's bytes.</summary>
    public string Fetch(string name) => store.FetchAsync(name, cancellationToken).GetAwaiter().GetResult();

    public ArtifactDescription Put(string name, Action<Stream> write) => store.PutAsync(
        name,
        (stream, _) =>
        {
            write(stream);
            return Task.CompletedTask;
        },
        cancellationToken).GetAwaiter().GetResult();

    public void Delete(string name) => store.DeleteAsync(name, cancellationToken).GetAwaiter().GetResult();

    public IReadOnlyList<ArtifactDescription> List(string prefix) => store.ListAsync(prefix, cancellationToken).ToBlockingEnumerable(cancellationToken).ToArray();
}
