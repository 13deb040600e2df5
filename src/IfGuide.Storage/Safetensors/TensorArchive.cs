using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using TorchSharp;
using static TorchSharp.torch;

namespace IfGuide.Storage.Safetensors;

/// <summary>Tensors to and from safetensors files, of any size. Needs libtorch.</summary>
/// <remarks>Loaded tensors are fresh, contiguous and aligned copies; they belong to the caller's dispose scope, as the result of any torch function does.</remarks>
public static class TensorArchive
{
    private const int PieceLength = 64 << 20;

    /// <summary>Loads every tensor of a file, one after the other: at no time is more than one of them held twice.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where to; null: the CPU.</param>
    /// <param name="precision">What floating-point tensors are converted to; null: they stay as they are.</param>
    /// <exception cref="UserErrorException">The file is damaged, or a tensor's element type has no torch counterpart.</exception>
    public static Dictionary<string, Tensor> Load(string path, Device? device = null, ScalarType? precision = null)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Tensors.Keys.Order(StringComparer.Ordinal).ToDictionary(name => name, name => Load(file, name, device, precision), StringComparer.Ordinal);
    }

    /// <summary>Loads one tensor.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="device">Where to; null: the CPU.</param>
    /// <param name="precision">What a floating-point tensor is converted to; null: it stays as it is.</param>
    /// <exception cref="UserErrorException">There is no such tensor, or its element type has no torch counterpart.</exception>
    public static Tensor Load(SafetensorsFile file, string name, Device? device = null, ScalarType? precision = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        var entry = file.Entry(name);
        var type = TorchTypeOf(entry, file.Path);
        using var scope = NewDisposeScope();
        var tensor = empty([.. entry.Shape], dtype: type);
        if (entry.Length > 0)
        {
            var flat = tensor.reshape(-1);
            var size = entry.Type.Size();
            file.ForEachPiece(name, PieceLength, (offset, bytes) =>
            {
                using var piece = flat.narrow(0, offset / size, bytes.Length / size); // a span ends at 2 GiB, a tensor does not
                bytes.CopyTo(piece.bytes);
            });
        }

        var placed = device is null || device.type == DeviceType.CPU ? tensor : tensor.to(device);
        return (precision is { } wanted && placed.is_floating_point() ? placed.to_type(wanted) : placed).MoveToOuterDisposeScope();
    }

    /// <summary>Writes tensors as a safetensors file.</summary>
    /// <param name="stream">Where to; forward only suffices.</param>
    /// <param name="tensors">The tensors by name, on any device, of any layout.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; null: none.</param>
    /// <exception cref="ArgumentException">A tensor's element type has no counterpart in the format.</exception>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsWriter.Write(stream, tensors.Select(pair => new TensorSource(pair.Key, ElementTypeOf(pair.Value, pair.Key), pair.Value.shape, target => WriteElements(target, pair.Value))), metadata);

    private static void WriteElements(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var flat = tensor.detach().cpu().contiguous().reshape(-1);
        var size = (long)ElementTypeOf(tensor, string.Empty).Size();
        var step = PieceLength / size;
        for (long start = 0; start < flat.numel(); start += step)
        {
            using var piece = flat.narrow(0, start, Math.Min(step, flat.numel() - start));
            stream.Write(piece.bytes);
        }
    }

    private static ScalarType TorchTypeOf(TensorEntry entry, string path) => entry.Type switch
    {
        ElementType.Float64 => ScalarType.Float64,
        ElementType.Float32 => ScalarType.Float32,
        ElementType.Float16 => ScalarType.Float16,
        ElementType.BFloat16 => ScalarType.BFloat16,
        ElementType.Int64 => ScalarType.Int64,
        ElementType.Int32 => ScalarType.Int32,
        ElementType.Int16 => ScalarType.Int16,
        ElementType.Int8 => ScalarType.Int8,
        ElementType.UInt8 => ScalarType.Byte,
        ElementType.Bool => ScalarType.Bool,
        _ => throw new UserErrorException($"Tensor '{entry.Name}' of '{path}' has dtype {SafetensorsTypes.NameOf(entry.Type)}, which torch cannot compute with: convert it to a signed integer or a float."),
    };

    private static ElementType ElementTypeOf(Tensor tensor, string name) => tensor.dtype switch
    {
        ScalarType.Float64 => ElementType.Float64,
        ScalarType.Float32 => ElementType.Float32,
        ScalarType.Float16 => ElementType.Float16,
        ScalarType.BFloat16 => ElementType.BFloat16,
        ScalarType.Int64 => ElementType.Int64,
        ScalarType.Int32 => ElementType.Int32,
        ScalarType.Int16 => ElementType.Int16,
        ScalarType.Int8 => ElementType.Int8,
        ScalarType.Byte => ElementType.UInt8,
        ScalarType.Bool => ElementType.Bool,
        _ => throw new ArgumentException($"Tensor '{name}' has elements of type {tensor.dtype}, which a safetensors file cannot hold.", nameof(tensor)),
    };
}
