using IfGuide.Abstractions;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Artifacts.Azure;

namespace IfGuide.Storage;

/// <summary>Opens the store that a URI names.</summary>
public static class ArtifactStores
{
    private const string FileScheme = "file:";

    /// <summary>Opens the store that a URI names.</summary>
    /// <param name="uri"><c>file:PATH</c> or <c>azure:CONTAINER[/PREFIX]</c>.</param>
    /// <param name="baseDirectory">Where a relative path starts.</param>
    /// <returns>The store, for artifacts and for records.</returns>
    /// <remarks>
    /// A store in Azure takes its credentials from <c>AZURE_STORAGE_CONNECTION_STRING</c>,
    /// or from the file that <c>AZURE_STORAGE_CONNECTION_STRING_FILE</c> names.
    /// For the account <c>AZURE_STORAGE_ACCOUNT</c> it takes them from the process' identity.
    /// The first use of the store asks its server; <see cref="IStore.CheckAsync"/> asks at once.
    /// </remarks>
    /// <exception cref="UserErrorException">The URI has another form, or the environment has no credentials.</exception>
    /// <exception cref="StoreUnavailableException">The folder cannot be created or written.</exception>
    public static IStore Open(string uri, string baseDirectory)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (uri.StartsWith(AzureLocation.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return new AzureArtifactStore(AzureLocation.Parse(uri), new AzureStoreOptions());
        }

        if (!uri.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new UserErrorException(
                $"'{uri}' is not the URI of a store: expected file:PATH, for instance file:./.ifguide, or azure:CONTAINER.");
        }

        return new LocalArtifactStore(ReadFolder(uri, baseDirectory));
    }

    /// <summary>Whether a store is there, without creating one.</summary>
    /// <param name="uri">As for <see cref="Open"/>.</param>
    /// <param name="baseDirectory">Where a relative path starts.</param>
    /// <remarks>Asks no server: a store on a server answers for itself, and the answer here is true.</remarks>
    /// <exception cref="UserErrorException">The URI has another form.</exception>
    public static bool Exists(string uri, string baseDirectory)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return Directory.Exists(Path.Combine(ReadFolder(uri, baseDirectory), "artifacts"));
    }

    private static string ReadFolder(string uri, string baseDirectory)
    {
        var path = uri[FileScheme.Length..];
        if (path.StartsWith("//", StringComparison.Ordinal))
        {
            path = path[2..]; // file:///absolute
        }

        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new UserErrorException($"The store '{uri}' names no folder: expected file:PATH, for instance file:./.ifguide.");
        }

        return Path.GetFullPath(path, Path.GetFullPath(baseDirectory));
    }
}
