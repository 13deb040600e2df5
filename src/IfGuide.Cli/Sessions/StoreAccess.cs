using IfGuide.Abstractions;
using IfGuide.Cli.Settings;
using IfGuide.Storage;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Cli.Sessions;

/// <summary>Opens the store that <c>--store</c> names.</summary>
internal static class StoreAccess
{
    /// <summary>Opens the store, creating it where there is none and that is ours to do.</summary>
    /// <exception cref="UserErrorException">It has an unknown form, there are no credentials for it, or it refuses this process.</exception>
    /// <exception cref="OutOfReachException">It does not answer.</exception>
    public static IStore OpenOrCreate(CommonSettings settings, CancellationToken cancellationToken = default)
    {
        try
        {
            var store = ArtifactStores.Open(settings.Store, Environment.CurrentDirectory);
            store.CheckAsync(cancellationToken).GetAwaiter().GetResult(); // before anything else of the command: there is nothing to do meanwhile
            return store;
        }
        catch (StoreUnavailableException exception)
        {
            throw Translated(exception);
        }
    }

    /// <summary>Opens a store that should be there: looking at runs must not create one.</summary>
    /// <exception cref="UserErrorException">There is none, or it cannot be used.</exception>
    /// <exception cref="OutOfReachException">It does not answer.</exception>
    public static IStore OpenExisting(CommonSettings settings, CancellationToken cancellationToken = default) => ArtifactStores.Exists(settings.Store, Environment.CurrentDirectory)
        ? OpenOrCreate(settings, cancellationToken)
        : throw new UserErrorException($"There is no store at '{settings.Store}': run something first, or name another with --store.");

    /// <summary>A store that waiting may bring back is unreachable; what somebody must change first (a folder, a container, a right) is the user's to change.</summary>
    public static Exception Translated(StoreUnavailableException exception) =>
        exception.IsTransient ? new OutOfReachException(exception.Message, exception) : new UserErrorException(exception.Message, exception);
}
