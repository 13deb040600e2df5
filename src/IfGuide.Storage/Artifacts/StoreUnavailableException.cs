namespace IfGuide.Storage.Artifacts;

/// <summary>The store cannot be read or written: a full disk, a folder without permission, a lost mount.</summary>
/// <remarks>The message names the file and the remedy.</remarks>
public sealed class StoreUnavailableException(string message, Exception innerException) : IOException(message, innerException)
{
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>True when the same call may succeed later by itself: the server is down, restarting or slow.</summary>
    /// <remarks>False when somebody must act: a full disk, no permission.</remarks>
    public bool IsTransient { get; init; }

    /// <summary>Describes a failure of the file system.</summary>
    /// <param name="action">What failed, e.g. <c>write</c>.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="cause">What the runtime threw.</param>
    internal static StoreUnavailableException Describe(string action, string path, Exception cause) =>
        new($"The store cannot {action} '{path}': {FindRemedy(cause)}.", cause);

    /// <summary>Runs a function on the file system and describes its failure.</summary>
    internal static T Guard<T>(string action, string path, Func<T> body)
    {
        try
        {
            return body();
        }
        catch (Exception failure) when (IsFileSystemFailure(failure))
        {
            throw Describe(action, path, failure);
        }
    }

    /// <summary>Runs an action on the file system and describes its failure.</summary>
    internal static void Guard(string action, string path, Action body)
    {
        try
        {
            body();
        }
        catch (Exception failure) when (IsFileSystemFailure(failure))
        {
            throw Describe(action, path, failure);
        }
    }

    /// <summary>Whether an exception comes from the file system itself and has not been described yet.</summary>
    internal static bool IsFileSystemFailure(Exception failure) => failure switch
    {
        UnauthorizedAccessException => true,
        StoreUnavailableException or ArtifactCorruptException or ArtifactNotFoundException or ArtifactConflictException => false,
        _ => failure is IOException,
    };

    private static string FindRemedy(Exception cause)
    {
        if (cause is UnauthorizedAccessException)
        {
            return "permission denied; change the folder's owner or mode, or choose another store with --store";
        }

        return (cause as IOException)?.HResult switch
        {
            NoSpace => "no space left on the device; free some, or choose another store with --store",
            QuotaExceeded => "the disk quota is used up; free some space, or choose another store with --store",
            ReadOnlyFileSystem => "the file system is read only; choose another store with --store",
            _ => $"{cause.Message.TrimEnd('.')}; check the disk, or choose another store with --store",
        };
    }
}
