namespace IfGuide.Storage.Artifacts;

/// <summary>Immutable artifacts under names. Each has a digest, which every read checks. The only truth of a run.</summary>
/// <remarks>
/// A name is a relative path of segments of <c>[a-z0-9._-]</c> joined by <c>/</c>, each starting with a letter or digit.
/// The store refuses every other name, so no name leaves the store.
/// An artifact appears whole or not at all. Putting a name that exists keeps the first bytes.
/// When the digests differ, the caller has found non-determinism and gets an <see cref="ArtifactConflictException"/>.
/// </remarks>
public interface IArtifactStore
{
    /// <summary>A local folder for temporary files of any size, on the disk that the store itself uses.</summary>
    /// <remarks>A system's temporary folder may be memory.</remarks>
    string WorkFolder => Path.GetTempPath();

    /// <summary>Writes an artifact unless its name exists.</summary>
    /// <param name="name">The artifact's name.</param>
    /// <param name="write">Writes the bytes to a forward-only stream.</param>
    /// <param name="cancellationToken">Abandons the write; nothing is left under the name.</param>
    /// <exception cref="ArtifactConflictException">The name exists with other bytes.</exception>
    Task<ArtifactDescription> PutAsync(
        string name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken = default);

    /// <summary>Length and digest of an artifact; null when there is none.</summary>
    /// <param name="name">The artifact's name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<ArtifactDescription?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>A local file with the artifact's bytes, digest checked, for memory mapping.</summary>
    /// <remarks>The file is read only and stays valid while the store lives.</remarks>
    /// <param name="name">The artifact's name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArtifactNotFoundException">There is no such artifact.</exception>
    /// <exception cref="ArtifactCorruptException">The bytes do not have the recorded digest; the message names the file.</exception>
    Task<string> FetchAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Names under a prefix that ends in <c>/</c>, sorted ordinally.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    IAsyncEnumerable<ArtifactDescription> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Deletes one artifact; true when it existed.</summary>
    /// <param name="name">The artifact's name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default);
}
