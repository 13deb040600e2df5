using System.Buffers.Binary;
using System.Text;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Storage.Tests.Safetensors;

/// <summary>Safetensors files as bytes: well-formed ones by the writer, others by hand.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file with a header as given and some bytes of data.</summary>
    public static byte[] Raw(string header, int dataLength, ulong? announced = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, announced ?? (ulong)json.Length);
        json.CopyTo(bytes, 8);
        return bytes;
    }

    public static byte[] Written(IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    public static byte[] Small() => Written([
        TensorSource.FromMemory<float>("weight", [2, 3], new float[] { 1, 2, 3, 4, 5, 6 }),
        TensorSource.FromMemory<long>("count", [], new long[] { 7 }),
        TensorSource.FromMemory<byte>("empty", [0, 4], Array.Empty<byte>()),
    ], new Dictionary<string, string> { ["format"] = "pt" });
}
