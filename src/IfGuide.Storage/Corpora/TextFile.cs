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
    private const int LongestDocument = 16 << 20;

    /// <summary>Reads a file's documents: the first under the file's name, further ones under name and line.</summary>
    /// <param name="file">The file.</param>
    /// <param name="bad">Takes a part that is not UTF-8, and the end of a damaged file.</param>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public static IEnumerable<CorpusDocument> Read(CorpusFile file, BadRecords bad)
    {
        using var stream = CompressedFile.Open(file.Path);
        var part = new MemoryStream();
        long line = 1;
        var more = true;
        while (more)
        {
            more = Fill(stream, part, file.Path, line, bad);
            var length = more ? EndOfLastLine(part) : (int)part.Length;
            if (length > 0 && Document(file, part.GetBuffer().AsSpan(0, length), line, bad) is { } document)
            {
                yield return document;
            }

            line += part.GetBuffer().AsSpan(0, length).Count((byte)'\n');
            part = Rest(part, length);
        }
    }

    private static bool Fill(Stream stream, MemoryStream part, string path, long line, BadRecords bad)
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (part.Length < LongestDocument)
            {
                if (CompressedFile.Read(stream, buffer, path, line) is not (> 0 and var count))
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
    private static int EndOfLastLine(MemoryStream part)
    {
        var bytes = part.GetBuffer().AsSpan(0, (int)part.Length);
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

    private static MemoryStream Rest(MemoryStream part, int length)
    {
        var rest = new MemoryStream();
        rest.Write(part.GetBuffer().AsSpan(length, (int)part.Length - length));
        return rest;
    }

    private static CorpusDocument? Document(CorpusFile file, ReadOnlySpan<byte> bytes, long line, BadRecords bad)
    {
        if (!Utf8.IsValid(bytes))
        {
            bad.Add(new UserErrorException($"{file.Path}, line {line + InvalidLine(bytes)}: the text is not UTF-8: save the file as UTF-8."));
            return null;
        }

        var text = Encoding.UTF8.GetString(line == 1 && bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        return new CorpusDocument(line == 1 ? file.Name : $"{file.Name}:{line}", text, file.Name, file.Name, line);
    }

    private static int InvalidLine(ReadOnlySpan<byte> bytes)
    {
        var line = 0;
        foreach (var range in bytes.Split((byte)'\n'))
        {
            if (!Utf8.IsValid(bytes[range]))
            {
                break;
            }

            line++;
        }

        return line;
    }
}
