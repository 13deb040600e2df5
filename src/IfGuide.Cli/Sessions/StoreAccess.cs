using IfGuide.Abstractions;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Cli.Sessions;

/// <summary>Opens the store that <c>--store</c> names.</summary>
internal static class StoreAccess
{
    /// <summary>Opens the store, creating it where there is none.</summary>
    /// <exception cref="UserErrorException">It has an unknown form, or the folder cannot be written.</exception>
    public static IStore OpenOrCreate(CommonSettings settings)
    {
        try
        {
            return ArtifactStores.Open(settings.Store, Environment.CurrentDirectory);
        }
        catch (StoreUnavailableException exception)
        {
            // A folder that the user named and that cannot be used is the user's to change; a store that is elsewhere would be unreachable.
            throw new UserErrorException(exception.Message, exception);
        }
    }

    /// <summary>Opens a store that should be there: looking at runs must not create one.</summary>
    /// <exception cref="UserErrorException">There is none, or it cannot be used.</exception>
    public static IStore OpenExisting(CommonSettings settings) => Directory.Exists(Path.Combine(settings.StoreFolder, "artifacts"))
        ? OpenOrCreate(settings)
        : throw new UserErrorException($"There is no store at '{settings.StoreFolder}': run something first, or name another with --store file:PATH.");
}
