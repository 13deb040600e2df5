using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using IfGuide.Storage.JsonLines;
using Parquet;
using Parquet.Schema;

namespace IfGuide.Storage.Corpora.Parquet;

/// <summary>The columns of a parquet file that hold documents.</summary>
internal sealed class ParquetColumns
{
    private readonly DataField text;
    private readonly DataField? id;
    private readonly DataField? source;

    private ParquetColumns(DataField text, DataField? id, DataField? source)
    {
        this.text = text;
        this.id = id;
        this.source = source;
    }

    /// <summary>Finds the text column, and <c>id</c> and <c>source</c> where they hold strings and are not the text.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="name">Name of the text column.</param>
    /// <exception cref="UserErrorException">There is no text column of strings.</exception>
    public static ParquetColumns Find(ParquetReader reader, string path, string name)
    {
        var fields = reader.Schema.GetDataFields();
        var text = FindStrings(fields, name) ?? throw CreateError(fields, path, name);
        var others = Array.FindAll(fields, field => field.Name != name);
        return new ParquetColumns(text, FindStrings(others, "id"), FindStrings(others, "source"));
    }

    /// <summary>Reads a row group.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="stream">Its bytes.</param>
    /// <param name="group">The row group, from 0.</param>
    /// <exception cref="DamagedFileException">A size in it cannot be, or the text is missing. The library throws anything else.</exception>
    public ParquetRowGroup Read(ParquetReader reader, FileStream stream, int group)
    {
        using var rows = reader.OpenRowGroupReader(group);
        var texts = ReadColumn(rows, stream, text);
        var ids = ReadColumn(rows, stream, id);
        var sources = ReadColumn(rows, stream, source);
        return new ParquetRowGroup(texts ?? throw new DamagedFileException("the text column is missing"), ids, sources);
    }

    /// <summary>Finds a column of strings, to be read as bytes: the library would replace what is not UTF-8.</summary>
    private static DataField? FindStrings(DataField[] fields, string name)
    {
        var field = Array.Find(fields, field => IsNamed(field, name) && HoldsStrings(field));
        if (field is null)
        {
            return null;
        }

        var asBytes = new ParquetSchema(new DataField(name, typeof(byte[]), field.IsNullable));
        return (DataField)asBytes.Fields[0];
    }

    private static bool HoldsStrings(DataField field) => !IsList(field) && field.ClrType == typeof(ReadOnlyMemory<char>);

    private static bool IsNamed(DataField field, string name) => field.Path.Length == 1 && field.Name == name;

    private static bool IsList(DataField field) => field.IsArray || field.MaxRepetitionLevel > 0;

    private static UserErrorException CreateError(DataField[] fields, string path, string name)
    {
        const string remedy = "name the text column in corpus.text.";
        if (Array.Find(fields, field => IsNamed(field, name)) is { } other)
        {
            var found = IsList(other) ? "lists" : other.ClrType.Name;
            return new UserErrorException($"'{path}': the column '{name}' holds {found}, expected strings: {remedy}");
        }

        var names = JsonRecord.Shorten(string.Join(", ", fields.Select(field => field.Name)));
        return new UserErrorException($"'{path}': found no column '{name}' among {names}: {remedy}");
    }

    private static byte[]?[]? ReadColumn(ParquetRowGroupReader rows, FileStream stream, DataField? field)
    {
        if (field is null || !rows.ColumnExists(field))
        {
            return null;
        }

        var column = rows.GetMetadata(field)?.MetaData
            ?? throw new DamagedFileException($"it does not say where the column '{field.Name}' lies");
        ParquetCheck.CheckColumn(stream, column, rows.RowCount);
        var values = new byte[]?[rows.RowCount];
        var reading = rows.ReadAsync(field, values.AsMemory()).AsTask();
        reading.GetAwaiter().GetResult();
        return values;
    }
}
