using IfGuide.Abstractions;

namespace IfGuide.Storage.Artifacts;

/// <summary>Opens the store that a URI names.</summary>
public static class ArtifactStores
{
    private const string FileScheme = "file:";
    private const string AzureScheme = "azure:";

    /// <summary>Opens the store that a URI names.</summary>
    /// <param name="uri"><c>file:PATH</c>.</param>
    /// <param name="baseDirectory">Where a relative path starts.</param>
    /// <returns>The store, for artifacts and for records.</returns>
    /// <exception cref="UserErrorException">The URI has another form, or names a kind of store that this build does not have.</exception>
    /// <exception cref="StoreUnavailableException">The folder cannot be created or written.</exception>
    public static IStore Open(string uri, string baseDirectory)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (uri.StartsWith(AzureScheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new UserErrorException($"The store '{uri}' cannot be opened: this build has only file: stores. Use file:PATH; processes of a cluster may share it over a network file system.");
        }

        if (!uri.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new UserErrorException($"'{uri}' is not the URI of a store: expected file:PATH, for instance file:./.ifguide.");
        }

        var path = uri[FileScheme.Length..];
        path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path; // file:///absolute
        return path.Length == 0 || path.Contains('\0', StringComparison.Ordinal)
            ? throw new UserErrorException($"The store '{uri}' names no folder: expected file:PATH, for instance file:./.ifguide.")
            : new LocalArtifactStore(Path.GetFullPath(path, Path.GetFullPath(baseDirectory)));
    }
}
