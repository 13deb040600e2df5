using System.Buffers.Binary;
using System.Runtime.InteropServices;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Safetensors;

/// <summary>A safetensors file, mapped into memory.</summary>
/// <remarks>
/// Every field of its header is checked against the file's length before anything is read.
/// Needs no libtorch; <see cref="TensorArchive"/> makes tensors of it.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private const int LengthBytes = 8;
    private const long MaxHeader = 100_000_000; // the format's own limit
    private const int NamesShown = 5;

    private readonly MappedFile file;
    private readonly SafetensorsHeader header;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header)
    {
        this.file = file;
        this.header = header;
    }

    /// <summary>The file's path.</summary>
    public string Path => file.Path;

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => header.Tensors;

    /// <summary>The header's <c>__metadata__</c>; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">
    /// The file is missing, truncated or not a safetensors file. The message names file, tensor and remedy.
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        var file = new MappedFile(path);
        try
        {
            var headerLength = ReadHeaderLength(file);
            var dataStart = LengthBytes + headerLength;
            var json = file.Span(LengthBytes, headerLength);
            return new SafetensorsFile(file, SafetensorsHeader.Read(path, json, dataStart, file.Length - dataStart));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A tensor's entry.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="UserErrorException">The file has no such tensor; the message lists the first few it has.</exception>
    public TensorEntry Entry(string name)
    {
        if (Tensors.TryGetValue(name, out var entry))
        {
            return entry;
        }

        var names = string.Join(", ", Tensors.Keys.Order(StringComparer.Ordinal).Take(NamesShown));
        var more = Tensors.Count > NamesShown ? ", …" : string.Empty;
        throw new UserErrorException($"'{Path}' has no tensor '{name}'; it has {Tensors.Count}: {names}{more}.");
    }

    /// <summary>A tensor's elements, row-major, without a copy; valid until the file is disposed.</summary>
    /// <typeparam name="T">The elements' type; <see cref="ushort"/> for bfloat16.</typeparam>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="UserErrorException">There is no such tensor, or its elements have another type.</exception>
    /// <exception cref="NotSupportedException">The tensor has more than 2 GiB; use <see cref="ForEachPiece"/>.</exception>
    public ReadOnlySpan<T> Span<T>(string name)
        where T : unmanaged
    {
        var entry = Entry(name);
        RequireType<T>(entry);
        if (entry.Length > int.MaxValue)
        {
            throw new NotSupportedException(
                $"Tensor '{name}' of '{Path}' has {entry.Length} bytes, too many for one span.");
        }

        return MemoryMarshal.Cast<byte, T>(file.Span(entry.Offset, (int)entry.Length));
    }

    /// <summary>Passes a tensor's bytes on in order, without a copy.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="pieceLength">Bytes of every piece but the last.</param>
    /// <param name="consume">Takes the offset within the tensor and the bytes.</param>
    public void ForEachPiece(string name, int pieceLength, PieceAction consume)
    {
        ArgumentNullException.ThrowIfNull(consume);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieceLength);
        var entry = Entry(name);
        for (long offset = 0; offset < entry.Length; offset += pieceLength)
        {
            var length = (int)Math.Min(pieceLength, entry.Length - offset);
            consume(offset, file.Span(entry.Offset + offset, length));
        }
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => file.Dispose();

    private static int ReadHeaderLength(MappedFile file)
    {
        if (file.Length < LengthBytes)
        {
            throw new UserErrorException(
                $"'{file.Path}' is not a safetensors file: it has {file.Length} bytes, and the header's length alone takes 8. "
                + "Download or export the file again.");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, LengthBytes));
        var available = file.Length - LengthBytes;
        if (length > (ulong)available || length > MaxHeader)
        {
            throw new UserErrorException(
                $"'{file.Path}' is not a usable safetensors file: it announces a header of {length} bytes, but has {available} bytes "
                + $"after that number (and {MaxHeader} are the format's limit). "
                + "It is truncated or of another format: download or export the file again.");
        }

        return (int)length;
    }

    private void RequireType<T>(TensorEntry entry)
        where T : unmanaged
    {
        var asked = ElementTypes.Of<T>();
        var isRawBFloat16 = asked == ElementType.UInt16 && entry.Type == ElementType.BFloat16;
        if (asked != entry.Type && !isRawBFloat16)
        {
            throw new UserErrorException(
                $"Tensor '{entry.Name}' of '{Path}' has dtype {SafetensorsTypes.Format(entry.Type)}; "
                + $"{SafetensorsTypes.Format(asked)} is needed here.");
        }
    }
}
