namespace IfGuide.Storage.Artifacts;

/// <summary>There is no artifact of that name.</summary>
public sealed class ArtifactNotFoundException(string message) : IOException(message)
{
    /// <summary>The name that was looked for.</summary>
    public string? Artifact { get; init; }
}

/// <summary>An artifact's or a record's bytes do not have the digest that was recorded when they were written.</summary>
public sealed class ArtifactCorruptException(string message) : IOException(message)
{
    /// <summary>The artifact's store name; null for a record.</summary>
    public string? Artifact { get; init; }
}

/// <summary>A unit was computed twice with different results: something in it is not deterministic.</summary>
public sealed class ArtifactConflictException(string message) : IOException(message);

/// <summary>The store cannot be read or written: a full disk, a folder without permission, a lost mount. The message names the file and the remedy.</summary>
public sealed class StoreUnavailableException(string message, Exception innerException) : IOException(message, innerException)
{
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>True when the same call may succeed later by itself: the server is down, restarting or slow. False when somebody must act: a full disk, no permission.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Describes a failure of the file system.</summary>
    /// <param name="action">What failed, e.g. <c>write</c>.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="cause">What the runtime threw.</param>
    internal static StoreUnavailableException Because(string action, string path, Exception cause)
    {
        var remedy = cause switch
        {
            UnauthorizedAccessException => "permission denied; change the folder's owner or mode, or choose another store with --store",
            IOException { HResult: NoSpace } => "no space left on the device; free some, or choose another store with --store",
            IOException { HResult: QuotaExceeded } => "the disk quota is used up; free some space, or choose another store with --store",
            IOException { HResult: ReadOnlyFileSystem } => "the file system is read only; choose another store with --store",
            _ => $"{cause.Message.TrimEnd('.')}; check the disk, or choose another store with --store",
        };
        return new StoreUnavailableException($"The store cannot {action} '{path}': {remedy}.", cause);
    }

    /// <summary>Runs an action on the file system and describes its failure.</summary>
    internal static T Guard<T>(string action, string path, Func<T> body)
    {
        try
        {
            return body();
        }
        catch (Exception failure) when (IsFileSystemFailure(failure))
        {
            throw Because(action, path, failure);
        }
    }

    /// <summary>Whether an exception comes from the file system itself and has not been described yet.</summary>
    internal static bool IsFileSystemFailure(Exception failure) =>
        failure is UnauthorizedAccessException
        || (failure is IOException and not (StoreUnavailableException or ArtifactCorruptException or ArtifactNotFoundException or ArtifactConflictException));
}
