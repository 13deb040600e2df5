using System.Text;
using System.Text.Unicode;
using IfGuide.Abstractions;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Formats;
using Parquet;
using Parquet.Schema;

namespace IfGuide.Storage.Corpora.Parquet;

/// <summary>Reads a parquet file's text column, and its <c>id</c> and <c>source</c> where these are strings; other columns are not touched. Memory holds these columns of one row group.</summary>
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
        if (Guard(file.Path, "its footer", bad, () => OpenReader(stream)) is not { } reader)
        {
            yield break;
        }

        try
        {
            var (text, id, source) = (Field(file.Path, reader, column), OptionalField(reader, "id", column), OptionalField(reader, "source", column));
            long row = 0;
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                var first = row;
                var columns = Guard(file.Path, $"row group {group} (from row {row + 1})", bad, () => Columns(reader, stream, group, [text, id, source]));
                for (var i = 0; i < (columns?[0]!.Length ?? 0); i++)
                {
                    row++;
                    if (Document(file, column, row, columns![0]![i], Text(columns[1]?[i]), Text(columns[2]?[i]), bad) is { } document)
                    {
                        yield return document;
                    }

                    columns[0]![i] = null;
                }

                row = first + Math.Max(0, reader.Metadata?.RowGroups[group].NumRows ?? 0);
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static CorpusDocument? Document(CorpusFile file, string column, long row, byte[]? text, string? id, string? source, BadRecords bad)
    {
        if (text is null || !Utf8.IsValid(text))
        {
            bad.Add(new UserErrorException($"{file.Path}, row {row}: {(text is null ? $"'{column}' is null, expected a string" : $"'{column}' is not UTF-8")}: correct the row, or name the text column in corpus.text."));
            return null;
        }

        return file.Document(id, source, Encoding.UTF8.GetString(text), row);
    }

    private static string? Text(byte[]? bytes) => bytes is not null && Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 16);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Describe(path, failure);
        }
    }

    private static ParquetReader OpenReader(FileStream stream)
    {
        ParquetCheck.Footer(stream);
        var reader = ParquetReader.CreateAsync(stream, leaveStreamOpen: true).GetAwaiter().GetResult();
        return reader.Schema.GetDataFields().Length > 0 ? reader : throw new DamagedFileException("it has no columns");
    }

    private static DataField Field(string path, ParquetReader reader, string name)
    {
        var fields = reader.Schema.GetDataFields();
        return OptionalField(reader, name, null) is { } field ? field
            : fields.FirstOrDefault(field => field.Path.Length == 1 && field.Name == name) is { } other
                ? throw new UserErrorException($"'{path}': the column '{name}' holds {(other.IsArray || other.MaxRepetitionLevel > 0 ? "lists" : other.ClrType.Name)}, expected strings: name the text column in corpus.text.")
                : throw new UserErrorException($"'{path}': found no column '{name}' among {JsonLines.JsonRecord.Shorten(string.Join(", ", fields.Select(field => field.Name)))}: name the text column in corpus.text.");
    }

    /// <summary>A column of strings, to be read as bytes, since the library would replace what is not UTF-8; null when there is none, or it is the one excluded.</summary>
    private static DataField? OptionalField(ParquetReader reader, string name, string? excluded) => name == excluded ? null : reader.Schema.GetDataFields()
        .Where(field => field.Path.Length == 1 && field.Name == name && !field.IsArray && field.MaxRepetitionLevel == 0 && field.ClrType == typeof(ReadOnlyMemory<char>))
        .Select(field => (DataField)new ParquetSchema(new DataField(name, typeof(byte[]), field.IsNullable)).Fields[0])
        .FirstOrDefault();

    private static byte[]?[]?[] Columns(ParquetReader reader, FileStream stream, int group, DataField?[] fields)
    {
        using var rows = reader.OpenRowGroupReader(group);
        var columns = new byte[]?[]?[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i] is { } field && rows.ColumnExists(field))
            {
                var column = rows.GetMetadata(field)?.MetaData ?? throw new DamagedFileException($"it does not say where the column '{field.Name}' lies");
                ParquetCheck.Column(stream, column, rows.RowCount);
                columns[i] = new byte[]?[rows.RowCount];
                rows.ReadAsync(field, columns[i].AsMemory()).AsTask().GetAwaiter().GetResult();
            }
        }

        return columns[0] is null ? throw new DamagedFileException("the text column is missing") : columns;
    }

    /// <remarks>On damaged files the library throws whatever its arithmetic runs into.</remarks>
    private static T? Guard<T>(string path, string what, BadRecords bad, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            bad.Add(new UserErrorException($"'{path}': {what} cannot be read: {failure.Message.TrimEnd('.')}. The file is truncated or damaged, or uses something that is not supported: write it again.", failure));
            return null;
        }
    }
}
