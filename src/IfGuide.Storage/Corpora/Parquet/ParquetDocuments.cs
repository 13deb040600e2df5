using System.Text;
using System.Text.Unicode;
using IfGuide.Abstractions;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Formats;
using Parquet;

namespace IfGuide.Storage.Corpora.Parquet;

/// <summary>Reads a parquet file's text column, and its <c>id</c> and <c>source</c> where these are strings.</summary>
/// <remarks>Other columns are not touched. Memory holds these columns of one row group.</remarks>
internal static class ParquetDocuments
{
    /// <summary>Reads the rows.</summary>
    /// <param name="file">The file.</param>
    /// <param name="column">Name of the text column.</param>
    /// <param name="bad">Takes rows without text and row groups that cannot be read.</param>
    /// <exception cref="UserErrorException">The file cannot be read, or has no such column of strings.</exception>
    public static IEnumerable<CorpusDocument> Read(CorpusFile file, string column, BadRecords bad)
    {
        using var stream = Open(file.Path);
        if (TryRead(file.Path, "its footer", bad, () => OpenReader(stream)) is not { } reader)
        {
            yield break;
        }

        try
        {
            foreach (var document in ReadRowGroups(file, column, reader, stream, bad))
            {
                yield return document;
            }
        }
        finally
        {
            var disposal = reader.DisposeAsync().AsTask();
            disposal.GetAwaiter().GetResult();
        }
    }

    private static IEnumerable<CorpusDocument> ReadRowGroups(
        CorpusFile file, string column, ParquetReader reader, FileStream stream, BadRecords bad)
    {
        var columns = ParquetColumns.Find(reader, file.Path, column);
        long row = 0;
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            var what = $"row group {group} (from row {row + 1})";
            var rows = TryRead(file.Path, what, bad, () => columns.Read(reader, stream, group));
            foreach (var document in CreateDocuments(file, column, row, rows, bad))
            {
                yield return document;
            }

            row += Math.Max(0, reader.Metadata?.RowGroups[group].NumRows ?? 0);
        }
    }

    /// <param name="file">The file.</param>
    /// <param name="column">Name of the text column.</param>
    /// <param name="before">Rows of the row groups before.</param>
    /// <param name="rows">The row group; null when it could not be read.</param>
    /// <param name="bad">Takes rows without text.</param>
    private static IEnumerable<CorpusDocument> CreateDocuments(
        CorpusFile file, string column, long before, ParquetRowGroup? rows, BadRecords bad)
    {
        for (var i = 0; i < rows?.Count; i++)
        {
            if (CreateDocument(file, column, before + i + 1, rows.Take(i), bad) is { } document)
            {
                yield return document;
            }
        }
    }

    private static CorpusDocument? CreateDocument(CorpusFile file, string column, long row, ParquetRow values, BadRecords bad)
    {
        if (values.Text is null || !Utf8.IsValid(values.Text))
        {
            var what = values.Text is null ? "is null, expected a string" : "is not UTF-8";
            bad.Add(new UserErrorException(
                $"{file.Path}, row {row}: '{column}' {what}: correct the row, or name the text column in corpus.text."));
            return null;
        }

        return file.CreateDocument(Decode(values.Id), Decode(values.Source), Encoding.UTF8.GetString(values.Text), row);
    }

    private static string? Decode(byte[]? bytes)
    {
        if (bytes is null || !Utf8.IsValid(bytes))
        {
            return null;
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private static FileStream Open(string path)
    {
        const FileShare share = FileShare.Read | FileShare.Delete;
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, share, bufferSize: 1 << 16);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Describe(path, failure);
        }
    }

    private static ParquetReader OpenReader(FileStream stream)
    {
        ParquetCheck.CheckFooter(stream);
        var reader = ParquetReader.CreateAsync(stream, leaveStreamOpen: true).GetAwaiter().GetResult();
        if (reader.Schema.GetDataFields().Length == 0)
        {
            throw new DamagedFileException("it has no columns");
        }

        return reader;
    }

    /// <remarks>On damaged files the library throws whatever its arithmetic runs into.</remarks>
    private static T? TryRead<T>(string path, string what, BadRecords bad, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            var reason = failure.Message.TrimEnd('.');
            bad.Add(new UserErrorException(
                $"'{path}': {what} cannot be read: {reason}. "
                + "The file is truncated or damaged, or uses something that is not supported: write it again.",
                failure));
            return null;
        }
    }
}
