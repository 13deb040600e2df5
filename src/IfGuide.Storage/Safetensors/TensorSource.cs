using System.Runtime.InteropServices;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Safetensors;

/// <summary>A tensor to write.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Write">Writes its elements, row-major and little-endian, to a stream.</param>
public sealed record TensorSource(string Name, ElementType Type, IReadOnlyList<long> Shape, Action<Stream> Write)
{
    private const int PieceLength = 16 << 20;

    /// <summary>A tensor whose elements are in memory.</summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="elements">Its elements, row-major.</param>
    internal static TensorSource FromMemory<T>(string name, IReadOnlyList<long> shape, ReadOnlyMemory<T> elements)
        where T : unmanaged =>
        new(name, ElementTypes.Of<T>(), shape, stream => stream.Write(MemoryMarshal.AsBytes(elements.Span)));

    /// <summary>A tensor of a file, copied as it is under a name of its own.</summary>
    /// <param name="file">The file; stays open until the tensor is written.</param>
    /// <param name="entry">The tensor in the file.</param>
    /// <param name="name">The name to write.</param>
    internal static TensorSource FromFile(SafetensorsFile file, TensorEntry entry, string name)
    {
        return new TensorSource(name, entry.Type, entry.Shape, Copy);

        void Copy(Stream output) => file.ForEachPiece(entry.Name, PieceLength, (_, bytes) => output.Write(bytes));
    }
}
