using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Corpora;

/// <summary>Reads a corpus document by document: records of JSON lines, or whole text files.</summary>
public static class CorpusDocuments
{
    private const int LongestTextFile = 256 << 20;

    /// <summary>The corpus' documents, file by file in ordinal order; memory holds one document.</summary>
    /// <param name="corpus">The corpus; its path is set.</param>
    /// <exception cref="UserErrorException">No file matches, one cannot be read, a line is not UTF-8, not a JSON object or lacks the text column, or there are no documents; the message names file and line.</exception>
    public static IEnumerable<CorpusDocument> Read(CorpusSpec corpus)
    {
        var files = CorpusFiles.Find(corpus);
        return ReadAll(corpus, files);
    }

    private static IEnumerable<CorpusDocument> ReadAll(CorpusSpec corpus, IReadOnlyList<CorpusFile> files)
    {
        var any = false;
        foreach (var document in files.SelectMany(file => file.Format == CorpusFormat.Text ? [ReadText(file)] : ReadRecords(file, corpus.Text)))
        {
            any = true;
            yield return document;
        }

        if (!any)
        {
            throw new UserErrorException($"corpus.path: '{corpus.Path}' holds no documents: its {files.Count} file{(files.Count == 1 ? " has" : "s have")} no lines. Put one JSON object a line into it.");
        }
    }

    private static IEnumerable<CorpusDocument> ReadRecords(CorpusFile file, string column)
    {
        foreach (var record in JsonLinesFile.Read(file.Path))
        {
            var text = record.Text(column, "correct the line, or name the text column in corpus.text");
            yield return new CorpusDocument(Id(record) ?? $"{file.Name}:{record.Line}", text, Source(record) ?? file.Name, file.Name, record.Line);
        }
    }

    private static string? Id(JsonRecord record) => record.Find("id") switch
    {
        { ValueKind: JsonValueKind.String } => record.OptionalText("id"),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private static string? Source(JsonRecord record) => record.Find("source") is { ValueKind: JsonValueKind.String } ? record.OptionalText("source") : null;

    private static CorpusDocument ReadText(CorpusFile file)
    {
        using var stream = CompressedFile.Open(file.Path);
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (CompressedFile.Read(stream, buffer, file.Path, 0) is > 0 and var count)
        {
            content.Write(buffer.AsSpan(0, count));
            if (content.Length > LongestTextFile)
            {
                throw new UserErrorException($"'{file.Path}' is longer than {LongestTextFile >> 20} MiB, and a text file is one document: split it, or write its documents as JSON lines.");
            }
        }

        ReadOnlySpan<byte> bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        if (!Utf8.IsValid(bytes))
        {
            throw new UserErrorException($"{file.Path}, line {InvalidLine(bytes)}: the text is not UTF-8: save the file as UTF-8.");
        }

        var text = Encoding.UTF8.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        return new CorpusDocument(file.Name, text, file.Name, file.Name, 1);
    }

    private static int InvalidLine(ReadOnlySpan<byte> bytes)
    {
        var line = 1;
        foreach (var range in bytes.Split((byte)'\n'))
        {
            if (!Utf8.IsValid(bytes[range]))
            {
                return line;
            }

            line++;
        }

        return line - 1;
    }
}
