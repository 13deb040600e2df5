using System.Text;
using System.Text.Unicode;
using IfGuide.Abstractions;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Formats;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Corpora;

/// <summary>Reads a text file: one document, or several where it is long. Memory holds one of them.</summary>
internal static class TextFile
{
    /// <summary>A longer file is cut behind the last line that ends before so many bytes.</summary>
    private const int MaxDocumentBytes = 16 << 20;

    /// <summary>Reads a file's documents: the first under the file's name, further ones under name and line.</summary>
    /// <param name="file">The file.</param>
    /// <param name="bad">Takes a part that is not UTF-8, and the end of a damaged file.</param>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public static IEnumerable<CorpusDocument> Read(CorpusFile file, BadRecords bad)
    {
        using var stream = CompressedFile.Open(file.Path);
        var part = new MemoryStream();
        long line = 1;
        var hasMore = true;
        while (hasMore)
        {
            hasMore = Fill(stream, part, file.Path, line, bad);
            var length = hasMore ? FindEndOfLastLine(part) : (int)part.Length;
            if (length > 0 && Decode(file, GetBytes(part, length), line, bad) is { } document)
            {
                yield return document;
            }

            line += GetBytes(part, length).Count((byte)'\n');
            part = TakeRest(part, length);
        }
    }

    /// <returns>False at the end of the file.</returns>
    private static bool Fill(Stream stream, MemoryStream part, string path, long line, BadRecords bad)
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (part.Length < MaxDocumentBytes)
            {
                var count = CompressedFile.Read(stream, buffer, path, line);
                if (count <= 0)
                {
                    return false;
                }

                part.Write(buffer.AsSpan(0, count));
            }

            return true;
        }
        catch (DamagedFileException damage)
        {
            bad.Add(new UserErrorException(damage.Message, damage));
            return false;
        }
    }

    /// <remarks>A line without end is cut in front of a character.</remarks>
    private static int FindEndOfLastLine(MemoryStream part)
    {
        var bytes = GetBytes(part, (int)part.Length);
        var end = bytes.LastIndexOf((byte)'\n') + 1;
        if (end > 0)
        {
            return end;
        }

        end = bytes.Length;
        while (end > bytes.Length - 4 && (bytes[end - 1] & 0xC0) == 0x80)
        {
            end--;
        }

        return end - 1;
    }

    private static ReadOnlySpan<byte> GetBytes(MemoryStream part, int length) => part.GetBuffer().AsSpan(0, length);

    private static MemoryStream TakeRest(MemoryStream part, int length)
    {
        var rest = new MemoryStream();
        rest.Write(GetBytes(part, (int)part.Length)[length..]);
        return rest;
    }

    private static CorpusDocument? Decode(CorpusFile file, ReadOnlySpan<byte> bytes, long line, BadRecords bad)
    {
        if (!Utf8.IsValid(bytes))
        {
            var place = $"{file.Path}, line {line + CountValidLines(bytes)}";
            bad.Add(new UserErrorException($"{place}: the text is not UTF-8: save the file as UTF-8."));
            return null;
        }

        var id = $"{file.Name}:{line}";
        if (line == 1)
        {
            id = file.Name;
            bytes = SkipPreamble(bytes);
        }

        return new CorpusDocument(id, Encoding.UTF8.GetString(bytes), file.Name, file.Name, line);
    }

    private static ReadOnlySpan<byte> SkipPreamble(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        return bytes;
    }

    private static int CountValidLines(ReadOnlySpan<byte> bytes)
    {
        var lines = 0;
        foreach (var range in bytes.Split((byte)'\n'))
        {
            if (!Utf8.IsValid(bytes[range]))
            {
                break;
            }

            lines++;
        }

        return lines;
    }
}
