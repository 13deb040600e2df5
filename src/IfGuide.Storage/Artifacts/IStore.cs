namespace IfGuide.Storage.Artifacts;

/// <summary>One store: its artifacts and its records.</summary>
public interface IStore : IArtifactStore, IRecordStore
{
    /// <summary>The store as <c>--store</c> names it, for messages. Holds no secret.</summary>
    /// <remarks><c>file:/absolute/path</c> or <c>azure:container</c>.</remarks>
    string Uri { get; }

    /// <summary>Checks now, before the first use, that the store exists, answers and lets this process in.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreUnavailableException">It cannot be used.</exception>
    Task CheckAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}
