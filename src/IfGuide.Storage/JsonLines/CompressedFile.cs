using System.IO.Compression;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using ZstdSharp;

namespace IfGuide.Storage.JsonLines;

/// <summary>Files that may be compressed; their last extension says how, else their first bytes.</summary>
internal static class CompressedFile
{
    private static readonly string[] Compressions = [".gz", ".zst"];
    private static readonly byte[] GzipMagic = [0x1f, 0x8b];
    private static readonly byte[] ZstdMagic = [0x28, 0xb5, 0x2f, 0xfd];

    /// <remarks>Without this switch .NET takes a truncated gzip file for a whole one.</remarks>
    static CompressedFile() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>The extension that tells the format, without that of the compression: <c>.jsonl</c> of <c>a.jsonl.zst</c>.</summary>
    public static string FormatExtension(string path)
    {
        var extension = Path.GetExtension(path).ToLowerInvariant();
        return Compressions.Contains(extension) ? Path.GetExtension(path[..^extension.Length]).ToLowerInvariant() : extension;
    }

    /// <summary>Opens a file and decompresses it on the way.</summary>
    /// <exception cref="UserErrorException">There is no such file or it cannot be read.</exception>
    public static Stream Open(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Describe(path, failure);
        }

        return Compression(path, file) switch
        {
            ".gz" => new GZipStream(file, CompressionMode.Decompress),
            ".zst" => new DecompressionStream(file, leaveOpen: false),
            _ => file,
        };
    }

    /// <remarks>No text and no JSON begins with the bytes that begin these.</remarks>
    private static string? Compression(string path, FileStream file)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is var extension && Compressions.Contains(extension))
        {
            return extension;
        }

        if (!file.CanSeek)
        {
            return null;
        }

        Span<byte> first = stackalloc byte[4];
        var count = file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return count >= 2 && first.StartsWith(GzipMagic) ? ".gz" : count == 4 && first.SequenceEqual(ZstdMagic) ? ".zst" : null;
    }

    /// <summary>Reads from an opened file.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="path">Its name, for the message.</param>
    /// <param name="line">The last whole line read, for the message.</param>
    /// <exception cref="DamagedFileException">The compressed data are damaged.</exception>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public static int Read(Stream stream, Span<byte> buffer, string path, long line)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or ZstdException)
        {
            throw new DamagedFileException($"'{path}' cannot be decompressed after line {line}: {failure.Message.TrimEnd('.')}. It is truncated or damaged: compress or download it again.", failure);
        }
        catch (IOException failure)
        {
            throw UnreadableFile.Describe(path, failure);
        }
    }
}
