using System.Numerics;
using System.Runtime.InteropServices;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Npy;

/// <summary>An .npy file in C order, mapped into memory and read by rows.</summary>
/// <remarks>The first dimension counts rows; the others make one row.</remarks>
public sealed class NpyFile : IDisposable
{
    private readonly MappedFile file;
    private readonly NpyHeader header;

    private NpyFile(MappedFile file, NpyHeader header)
    {
        this.file = file;
        this.header = header;
        RowLength = ElementTypes.Count([.. header.Shape.Skip(1)])!.Value;
    }

    /// <summary>The file's path.</summary>
    public string Path => file.Path;

    /// <summary>Type of its elements.</summary>
    public ElementType Type => header.Type;

    /// <summary>Its shape; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => header.Shape;

    /// <summary>First byte of its elements in the file.</summary>
    internal int DataStart => header.DataStart;

    /// <summary>Number of rows; 1 for a scalar.</summary>
    public long Rows => header.Shape.FirstOrDefault(1);

    /// <summary>Elements of a row; 1 for a vector.</summary>
    public long RowLength { get; }

    /// <summary>Opens a file and checks its header against its length.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">
    /// It is missing, damaged, in Fortran order, big-endian, or of objects. The message names the file and the remedy.
    /// </exception>
    public static NpyFile Open(string path)
    {
        var file = new MappedFile(path);
        try
        {
            return new NpyFile(file, NpyHeader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Rows without a copy; valid until the file is disposed.</summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="firstRow">First row.</param>
    /// <param name="rowCount">How many; together at most 2 GiB.</param>
    /// <exception cref="UserErrorException">The elements have another type.</exception>
    public ReadOnlySpan<T> RowSpan<T>(long firstRow, long rowCount)
        where T : unmanaged
    {
        var asked = ElementTypes.Of<T>();
        if (asked != Type)
        {
            throw new UserErrorException(
                $"'{Path}' has elements of type {Type}; {asked} is needed here. Save array.astype(...) of that type.");
        }

        return MemoryMarshal.Cast<byte, T>(ReadBytes(firstRow, rowCount));
    }

    /// <summary>Copies rows of whole numbers or booleans.</summary>
    /// <param name="firstRow">First row.</param>
    /// <param name="elements">Takes as many whole rows as fit.</param>
    /// <exception cref="UserErrorException">The elements are floats, or do not fit 63 bits.</exception>
    public void ReadIntegers(long firstRow, Span<long> elements)
    {
        var bytes = ReadBytes(firstRow, CountRows(elements.Length));
        switch (Type)
        {
            case ElementType.Bool or ElementType.UInt8:
                Convert<byte, long>(bytes, elements);
                break;
            case ElementType.Int8:
                Convert<sbyte, long>(bytes, elements);
                break;
            case ElementType.Int16:
                Convert<short, long>(bytes, elements);
                break;
            case ElementType.UInt16:
                Convert<ushort, long>(bytes, elements);
                break;
            default:
                ReadWideIntegers(firstRow, bytes, elements);
                break;
        }
    }

    /// <summary>Copies rows of floats, converted to 32 bits.</summary>
    /// <param name="firstRow">First row.</param>
    /// <param name="elements">Takes as many whole rows as fit.</param>
    /// <exception cref="UserErrorException">The elements are not floats.</exception>
    public void ReadFloats(long firstRow, Span<float> elements)
    {
        var bytes = ReadBytes(firstRow, CountRows(elements.Length));
        switch (Type)
        {
            case ElementType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(elements);
                break;
            case ElementType.Float16:
                Convert<Half, float>(bytes, elements);
                break;
            case ElementType.Float64:
                Convert<double, float>(bytes, elements);
                break;
            default:
                throw new UserErrorException(
                    $"'{Path}' has elements of type {Type} where floats are needed: save array.astype('float32').");
        }
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => file.Dispose();

    private void ReadWideIntegers(long firstRow, ReadOnlySpan<byte> bytes, Span<long> elements)
    {
        switch (Type)
        {
            case ElementType.Int32:
                Convert<int, long>(bytes, elements);
                break;
            case ElementType.UInt32:
                Convert<uint, long>(bytes, elements);
                break;
            case ElementType.Int64:
                MemoryMarshal.Cast<byte, long>(bytes).CopyTo(elements);
                break;
            case ElementType.UInt64:
                ConvertUnsigned(firstRow, bytes, elements);
                break;
            default:
                throw new UserErrorException(
                    $"'{Path}' has elements of type {Type} where whole numbers are needed: save array.astype('int64').");
        }
    }

    private void ConvertUnsigned(long firstRow, ReadOnlySpan<byte> bytes, Span<long> elements)
    {
        try
        {
            Convert<ulong, long>(bytes, elements);
        }
        catch (OverflowException failure)
        {
            var lastRow = firstRow + CountRows(elements.Length) - 1;
            throw new UserErrorException(
                $"'{Path}' holds a number above 2^63 in rows {firstRow} to {lastRow}: save array.astype('int64').", failure);
        }
    }

    private ReadOnlySpan<byte> ReadBytes(long firstRow, long rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowCount, Rows - firstRow);
        var rowBytes = RowLength * Type.Size();
        return file.Span(header.DataStart + (firstRow * rowBytes), checked((int)(rowCount * rowBytes)));
    }

    /// <summary>Rows that fill a buffer; 0 where a row has no elements.</summary>
    private long CountRows(int elements)
    {
        if (RowLength == 0)
        {
            return 0;
        }

        if (elements % RowLength != 0)
        {
            throw new ArgumentException(
                $"A buffer of {elements} elements does not hold whole rows of {RowLength}.", nameof(elements));
        }

        return elements / RowLength;
    }

    private static void Convert<TFrom, TTo>(ReadOnlySpan<byte> bytes, Span<TTo> elements)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        var from = MemoryMarshal.Cast<byte, TFrom>(bytes);
        for (var i = 0; i < from.Length; i++)
        {
            elements[i] = TTo.CreateChecked(from[i]);
        }
    }
}
