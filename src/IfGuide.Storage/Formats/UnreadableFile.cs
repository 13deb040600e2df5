using IfGuide.Abstractions;

namespace IfGuide.Storage.Formats;

/// <summary>Describes files of the user that cannot be opened.</summary>
internal static class UnreadableFile
{
    /// <summary>One message for a file that cannot be opened.</summary>
    public static UserErrorException Describe(string path, Exception cause)
    {
        if (Directory.Exists(path))
        {
            return new UserErrorException($"'{path}' is a folder where a file is needed: name a file in it.", cause);
        }

        var message = cause switch
        {
            FileNotFoundException or DirectoryNotFoundException =>
                $"There is no file '{path}': correct the path, or put the file there.",
            UnauthorizedAccessException => $"'{path}' cannot be read: permission denied. Change the file's mode or owner.",
            _ => $"'{path}' cannot be read: {cause.Message.TrimEnd('.')}. Check the file and its disk.",
        };
        return new UserErrorException(message, cause);
    }
}
