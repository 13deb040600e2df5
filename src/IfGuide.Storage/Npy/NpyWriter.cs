using System.Runtime.InteropServices;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Npy;

/// <summary>Writes an .npy file row by row.</summary>
/// <remarks>Its header always has 128 bytes. So the data are aligned to 64 bytes, and the number of rows may be filled in last.</remarks>
public sealed class NpyWriter
{
    private readonly Stream stream;
    private readonly ElementType type;
    private readonly long? announcedRows;
    private readonly long[] rowShape;
    private readonly long rowBytes;
    private readonly long headerPosition;
    private long bytes;

    /// <summary>Begins a file whose number of rows is known; the stream may be forward only.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="type">Type of the elements.</param>
    /// <param name="shape">The whole shape; the first dimension counts the rows. Empty for a scalar.</param>
    /// <exception cref="ArgumentException">NumPy has no such type, or the shape does not fit the header.</exception>
    public NpyWriter(Stream stream, ElementType type, IReadOnlyList<long> shape)
        : this(stream, type, [.. shape.Skip(1)], shape.FirstOrDefault(1), shape) { }

    /// <summary>Begins a file to which rows are appended until <see cref="Complete"/>; the stream must be able to seek.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="type">Type of the elements.</param>
    /// <param name="rowShape">Shape of one row; empty for a vector.</param>
    /// <exception cref="ArgumentException">The stream cannot seek, NumPy has no such type, or the shape does not fit the header.</exception>
    internal static NpyWriter Append(Stream stream, ElementType type, IReadOnlyList<long> rowShape)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
        {
            throw new ArgumentException(
                "Rows can be appended only to a stream that can seek; otherwise announce their number.", nameof(stream));
        }

        return new NpyWriter(stream, type, [.. rowShape], announcedRows: null, [0, .. rowShape]);
    }

    private NpyWriter(Stream stream, ElementType type, long[] rowShape, long? announcedRows, IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (ElementTypes.Count(shape) is null)
        {
            throw new ArgumentException($"The shape {ElementTypes.Describe(shape)} is impossible.", nameof(shape));
        }

        this.stream = stream;
        this.type = type;
        this.rowShape = rowShape;
        this.announcedRows = announcedRows;
        rowBytes = checked(ElementTypes.Count(rowShape)!.Value * type.Size());
        if (stream.CanSeek)
        {
            headerPosition = stream.Position;
        }

        stream.Write(NpyHeader.Write(type, shape));
    }

    /// <summary>Rows written so far.</summary>
    public long Rows => rowBytes == 0 ? 0 : bytes / rowBytes;

    /// <summary>Appends elements, row-major; rows may come in parts.</summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="elements">The elements.</param>
    /// <exception cref="ArgumentException">They are of another type than the file.</exception>
    public void Write<T>(ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        if (ElementTypes.Of<T>() != type)
        {
            throw new ArgumentException($"The file has elements of type {type}, not {ElementTypes.Of<T>()}.", nameof(elements));
        }

        var raw = MemoryMarshal.AsBytes(elements);
        stream.Write(raw);
        bytes += raw.Length;
    }

    /// <summary>Ends the file, and fills in the number of rows where it was not announced.</summary>
    /// <exception cref="InvalidOperationException">The last row is not whole, or the number of rows is not the announced one.</exception>
    public void Complete()
    {
        if (announcedRows is { } announced)
        {
            if (bytes != checked(announced * rowBytes))
            {
                throw new InvalidOperationException(
                    $"{announced} rows of {rowBytes} bytes were announced, but {bytes} bytes were written.");
            }

            return;
        }

        if (rowBytes == 0 || bytes % rowBytes != 0)
        {
            throw new InvalidOperationException($"{bytes} bytes are no whole number of rows of {rowBytes} bytes.");
        }

        var end = stream.Position;
        stream.Position = headerPosition;
        stream.Write(NpyHeader.Write(type, [Rows, .. rowShape]));
        stream.Position = end;
    }
}
