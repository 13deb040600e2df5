namespace IfGuide.Storage.Artifacts;

/// <summary>One store: its artifacts and its records.</summary>
public interface IStore : IArtifactStore, IRecordStore
{
    /// <summary>The store as <c>--store</c> names it, for messages: <c>file:/absolute/path</c> or <c>azure:container</c>. Holds no secret.</summary>
    string Uri { get; }

    /// <summary>Finds out now, with a clear message, what the first use would find out: whether the store is there, answers and lets this process in.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreUnavailableException">It cannot be used.</exception>
    Task CheckAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}
