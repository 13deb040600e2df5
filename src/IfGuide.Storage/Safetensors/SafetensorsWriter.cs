using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Safetensors;

/// <summary>Writes safetensors files to a forward-only stream. The same tensors and metadata always give the same bytes.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    private static readonly JsonWriterOptions HeaderOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file: the header, aligned to 8 bytes, then the tensors.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; null: none.</param>
    /// <remarks>Tensors of larger elements come first, so that each stays aligned. Among equals they come by name.</remarks>
    /// <exception cref="ArgumentException">
    /// A name occurs twice or is <c>__metadata__</c>, a shape is negative,
    /// or a tensor writes another number of bytes than its shape has.
    /// </exception>
    public static void Write(
        Stream stream, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var bySize = tensors.OrderByDescending(tensor => tensor.Type.Size());
        var ordered = bySize.ThenBy(tensor => tensor.Name, StringComparer.Ordinal).ToList();
        var header = CreateHeader(ordered, metadata);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        using var counting = new CountingStream(stream);
        foreach (var tensor in ordered)
        {
            WriteElements(counting, tensor);
        }
    }

    private static void WriteElements(CountingStream stream, TensorSource tensor)
    {
        var before = stream.Count;
        tensor.Write(stream);
        var written = stream.Count - before;
        var expected = CountBytes(tensor);
        if (written != expected)
        {
            throw new ArgumentException(
                $"Tensor '{tensor.Name}' of shape {ElementTypes.Describe(tensor.Shape)} wrote {written} bytes; its shape has {expected}.",
                nameof(tensor));
        }
    }

    private static byte[] CreateHeader(List<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, HeaderOptions))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            WriteEntries(json, tensors);
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

        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteEntries(Utf8JsonWriter json, List<TensorSource> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        long offset = 0;
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"Two tensors have the name '{tensor.Name}', or it is reserved.", nameof(tensors));
            }

            var end = offset + CountBytes(tensor);
            WriteEntry(json, tensor, offset, end);
            offset = end;
        }
    }

    private static void WriteEntry(Utf8JsonWriter json, TensorSource tensor, long offset, long end)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", SafetensorsTypes.Format(tensor.Type));
        WriteNumbers(json, "shape", tensor.Shape);
        WriteNumbers(json, "data_offsets", [offset, end]);
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

    private static long CountBytes(TensorSource tensor)
    {
        if (ElementTypes.Count(tensor.Shape) is not { } count)
        {
            throw new ArgumentException(
                $"Tensor '{tensor.Name}' has the impossible shape {ElementTypes.Describe(tensor.Shape)}.", nameof(tensor));
        }

        return checked(count * tensor.Type.Size());
    }
}
