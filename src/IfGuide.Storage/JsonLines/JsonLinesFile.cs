using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.JsonLines;

/// <summary>Reads JSON lines: one object a line, plain, gzip (<c>.gz</c>) or zstd (<c>.zst</c>). Blank lines are skipped.</summary>
public static class JsonLinesFile
{
    private const int MaxQuotedBytes = 200;

    /// <summary>Reads a file's records one by one; memory holds one line.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The records; each is valid until the next one is asked for.</returns>
    /// <exception cref="UserErrorException">
    /// The file cannot be read, or a line is not UTF-8, not JSON or not an object; the message names file and line.
    /// </exception>
    public static IEnumerable<JsonRecord> Read(string path) => Read(path, Throw);

    /// <summary>Reads a file's records one by one, and reports what is wrong with the others.</summary>
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
        while (ReadLine(lines, bad) is { } line)
        {
            if (line.Span.TrimStart(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            using var document = TryParse(path, lines.Number, line, bad);
            if (document is not null)
            {
                yield return new JsonRecord(path, lines.Number, document.RootElement);
            }
        }
    }

    private static void Throw(UserErrorException error) => throw error;

    /// <returns>Null at the end of the file.</returns>
    private static ReadOnlyMemory<byte>? ReadLine(LineReader lines, Action<UserErrorException> bad)
    {
        try
        {
            if (lines.TryRead(out var line))
            {
                return line;
            }
        }
        catch (DamagedFileException damage)
        {
            bad(new UserErrorException(damage.Message, damage));
        }

        return null;
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
        var place = $"{path}, line {number}";
        if (!Utf8.IsValid(line.Span))
        {
            var position = FindInvalidByte(line.Span);
            throw new UserErrorException(
                $"{place}: byte {position} of the line begins no UTF-8 character: save the file as UTF-8.");
        }

        var document = ParseUtf8(place, line);
        var kind = document.RootElement.ValueKind;
        if (kind != JsonValueKind.Object)
        {
            document.Dispose();
            throw new UserErrorException(
                $"{place}: found a JSON {JsonRecord.Describe(kind)}, expected an object: write one JSON object a line.");
        }

        return document;
    }

    private static JsonDocument ParseUtf8(string place, ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException failure)
        {
            var position = (failure.BytePositionInLine ?? 0) + 1;
            var beginning = line.Span[..Math.Min(line.Length, MaxQuotedBytes)];
            var quote = JsonRecord.Shorten(Encoding.UTF8.GetString(beginning));
            throw new UserErrorException(
                $"{place}: not JSON at byte {position} of the line ('{quote}'): write one JSON object a line.", failure);
        }
    }

    /// <summary>Finds the position, from 1, of the first byte that begins no valid character.</summary>
    private static int FindInvalidByte(ReadOnlySpan<byte> line)
    {
        var position = 0;
        while (Rune.DecodeFromUtf8(line[position..], out _, out var consumed) == OperationStatus.Done)
        {
            position += consumed;
        }

        return position + 1;
    }
}
