using System.IO.Compression;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using ZstdSharp;

namespace IfGuide.Storage.JsonLines;

/// <summary>Reads files that may be compressed; their last extension says how, else their first bytes.</summary>
internal static class CompressedFile
{
    private static readonly string[] Compressions = [".gz", ".zst"];
    private static readonly byte[] GzipMagic = [0x1f, 0x8b];
    private static readonly byte[] ZstdMagic = [0x28, 0xb5, 0x2f, 0xfd];

    /// <remarks>Without this switch .NET takes a truncated gzip file for a whole one.</remarks>
    static CompressedFile() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>Gives the extension that tells the format, without that of the compression: <c>.jsonl</c> of <c>a.jsonl.zst</c>.</summary>
    public static string GetFormatExtension(string path)
    {
        var extension = GetExtension(path);
        if (Compressions.Contains(extension))
        {
            return GetExtension(path[..^extension.Length]);
        }

        return extension;
    }

    /// <summary>Opens a file and decompresses it on the way.</summary>
    /// <exception cref="UserErrorException">There is no such file or it cannot be read.</exception>
    public static Stream Open(string path)
    {
        const FileShare share = FileShare.Read | FileShare.Delete;
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, share, bufferSize: 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Describe(path, failure);
        }

        return DetectCompression(path, file) switch
        {
            ".gz" => new GZipStream(file, CompressionMode.Decompress),
            ".zst" => new DecompressionStream(file, leaveOpen: false),
            _ => file,
        };
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
            var reason = failure.Message.TrimEnd('.');
            throw new DamagedFileException(
                $"'{path}' cannot be decompressed after line {line}: {reason}. "
                + "It is truncated or damaged: compress or download it again.",
                failure);
        }
        catch (IOException failure)
        {
            throw UnreadableFile.Describe(path, failure);
        }
    }

    private static string GetExtension(string path) => Path.GetExtension(path).ToLowerInvariant();

    /// <remarks>No text and no JSON begins with the bytes that begin these.</remarks>
    private static string? DetectCompression(string path, FileStream file)
    {
        var extension = GetExtension(path);
        if (Compressions.Contains(extension))
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
        first = first[..count];
        if (first.StartsWith(GzipMagic))
        {
            return ".gz";
        }

        if (first.SequenceEqual(ZstdMagic))
        {
            return ".zst";
        }

        return null;
    }
}
