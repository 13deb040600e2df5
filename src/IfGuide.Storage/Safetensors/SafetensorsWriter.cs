using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Safetensors;

/// <summary>A tensor to write.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Write">Writes its elements, row-major and little-endian, to a stream.</param>
public sealed record TensorSource(string Name, ElementType Type, IReadOnlyList<long> Shape, Action<Stream> Write)
{
    /// <summary>A tensor whose elements are in memory.</summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="elements">Its elements, row-major.</param>
    internal static TensorSource FromMemory<T>(string name, IReadOnlyList<long> shape, ReadOnlyMemory<T> elements)
        where T : unmanaged => new(name, ElementTypes.Of<T>(), shape, stream => stream.Write(MemoryMarshal.AsBytes(elements.Span)));
}

/// <summary>Writes safetensors files to a forward-only stream. The same tensors and metadata always give the same bytes.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes a file: the header, aligned to 8 bytes, then the tensors, larger elements first so that each stays aligned, and by name among equals.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; null: none.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is <c>__metadata__</c>, a shape is negative, or a tensor writes another number of bytes than its shape has.</exception>
    public static void Write(Stream stream, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var ordered = tensors.OrderByDescending(tensor => tensor.Type.Size()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal).ToList();
        var header = Header(ordered, metadata);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        using var counting = new CountingStream(stream);
        foreach (var tensor in ordered)
        {
            var before = counting.Count;
            tensor.Write(counting);
            if (counting.Count - before != ByteCount(tensor))
            {
                throw new ArgumentException($"Tensor '{tensor.Name}' of shape {ElementTypes.Describe(tensor.Shape)} wrote {counting.Count - before} bytes; its shape has {ByteCount(tensor)}.", nameof(tensors));
            }
        }
    }

    private static byte[] Header(List<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
            long offset = 0;
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                {
                    throw new ArgumentException($"Two tensors have the name '{tensor.Name}', or it is reserved.", nameof(tensors));
                }

                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsTypes.NameOf(tensor.Type));
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [offset, offset += ByteCount(tensor)]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartObject("__metadata__");
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string key, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(key);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static long ByteCount(TensorSource tensor) => ElementTypes.Count(tensor.Shape) is { } count
        ? checked(count * tensor.Type.Size())
        : throw new ArgumentException($"Tensor '{tensor.Name}' has the impossible shape {ElementTypes.Describe(tensor.Shape)}.", nameof(tensor));
}
