using System.Security.Cryptography;

namespace IfGuide.Storage.Artifacts;

/// <summary>Digests files.</summary>
internal static class FileDigest
{
    private const int BufferLength = 1 << 20;

    /// <summary>SHA-256 of a file, lower-case hexadecimal.</summary>
    public static async Task<string> ComputeAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferLength, FileOptions.SequentialScan);
        return await ComputeAsync(file, cancellationToken);
    }

    /// <summary>SHA-256 of a file from its first byte to its last, lower-case hexadecimal.</summary>
    public static async Task<string> ComputeAsync(FileStream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }
}
