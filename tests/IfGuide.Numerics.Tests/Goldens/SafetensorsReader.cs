using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Goldens;

/// <summary>Reads small .safetensors files; independent of the production reader, so that goldens test it too.</summary>
internal static class SafetensorsReader
{
    public static Dictionary<string, Tensor> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        var result = new Dictionary<string, Tensor>();
        foreach (var entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            var kind = entry.Value.GetProperty("dtype").GetString() == "F64" ? ScalarType.Float64 : ScalarType.Float32;
            var offsets = entry.Value.GetProperty("data_offsets");
            var (from, to) = (offsets[0].GetInt32(), offsets[1].GetInt32());
            var tensor = empty(shape, kind);
            bytes.AsSpan(8 + length + from, to - from).CopyTo(tensor.bytes);
            result[entry.Name] = tensor;
        }

        return result;
    }
}
