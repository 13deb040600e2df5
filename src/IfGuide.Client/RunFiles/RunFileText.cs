using System.Text;
using IfGuide.Abstractions;

namespace IfGuide.Client.RunFiles;

/// <summary>The text of a file that a person wrote.</summary>
internal static class RunFileText
{
    private const long MaxBytes = 1 << 20;

    /// <summary>Reads it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <exception cref="UserErrorException">It cannot be read, or is no such file.</exception>
    public static string Read(string path, string what)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaxBytes)
            {
                throw new UserErrorException(
                    $"{path}: {file.Length} bytes are too many for a {what} (at most {MaxBytes}); name another file.");
            }

            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{path}: there is no such {what}.", exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new UserErrorException($"{path}: the {what} cannot be read: {exception.Message}", exception);
        }
        catch (DecoderFallbackException exception)
        {
            throw new UserErrorException($"{path}: the {what} is not UTF-8 (byte {exception.Index}); save it as UTF-8.", exception);
        }
    }
}
