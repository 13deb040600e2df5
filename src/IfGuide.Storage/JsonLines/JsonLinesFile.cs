using System.Text.Json;
using System.Text.Unicode;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.JsonLines;

/// <summary>Reads JSON lines: one object a line, plain, gzip (<c>.gz</c>) or zstd (<c>.zst</c>). Blank lines are passed over.</summary>
public static class JsonLinesFile
{
    /// <summary>Reads a file's records one by one; memory holds one line.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The records; each is valid until the next one is asked for.</returns>
    /// <exception cref="UserErrorException">The file cannot be read, or a line is not UTF-8, not JSON or not an object; the message names file and line.</exception>
    public static IEnumerable<JsonRecord> Read(string path) => Read(path, Throw);

    /// <summary>Reads a file's records one by one, and hands over what is wrong with the others.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bad">Takes a line that is no record, or what ends a damaged file early. It may throw.</param>
    internal static IEnumerable<JsonRecord> Read(string path, Action<UserErrorException> bad)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadAll(path, bad);
    }

    private static IEnumerable<JsonRecord> ReadAll(string path, Action<UserErrorException> bad)
    {
        using var stream = CompressedFile.Open(path);
        var lines = new LineReader(stream, path);
        while (Next(lines, bad) is { } line)
        {
            if (line.Span.TrimStart(" \t\r"u8).IsEmpty || TryParse(path, lines.Number, line, bad) is not { } parsed)
            {
                continue;
            }

            using var document = parsed;
            yield return new JsonRecord(path, lines.Number, document.RootElement);
        }
    }

    private static void Throw(UserErrorException error) => throw error;

    private static ReadOnlyMemory<byte>? Next(LineReader lines, Action<UserErrorException> bad)
    {
        try
        {
            return lines.Read(out var line) ? line : default(ReadOnlyMemory<byte>?);
        }
        catch (DamagedFileException damage)
        {
            bad(new UserErrorException(damage.Message, damage));
            return null;
        }
    }

    private static JsonDocument? TryParse(string path, long number, ReadOnlyMemory<byte> line, Action<UserErrorException> bad)
    {
        try
        {
            return Parse(path, number, line);
        }
        catch (UserErrorException error)
        {
            bad(error);
            return null;
        }
    }

    private static JsonDocument Parse(string path, long number, ReadOnlyMemory<byte> line)
    {
        if (!Utf8.IsValid(line.Span))
        {
            throw new UserErrorException($"{path}, line {number}: byte {InvalidByte(line.Span)} of the line begins no UTF-8 character: save the file as UTF-8.");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line);
        }
        catch (JsonException failure)
        {
            throw new UserErrorException(
                $"{path}, line {number}: not JSON at byte {(failure.BytePositionInLine ?? 0) + 1} of the line ('{JsonRecord.Shorten(System.Text.Encoding.UTF8.GetString(line.Span[..Math.Min(line.Length, 200)]))}'): write one JSON object a line.",
                failure);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            var kind = document.RootElement.ValueKind;
            document.Dispose();
            throw new UserErrorException($"{path}, line {number}: found a JSON {JsonRecord.Describe(kind)}, expected an object: write one JSON object a line.");
        }

        return document;
    }

    /// <summary>Position, from 1, of the first byte that begins no valid character.</summary>
    private static int InvalidByte(ReadOnlySpan<byte> line)
    {
        var position = 0;
        while (System.Text.Rune.DecodeFromUtf8(line[position..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            position += consumed;
        }

        return position + 1;
    }
}
