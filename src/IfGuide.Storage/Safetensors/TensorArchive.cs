using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using TorchSharp;
using static TorchSharp.torch;

namespace IfGuide.Storage.Safetensors;

/// <summary>Tensors to and from safetensors files, of any size. Needs libtorch.</summary>
/// <remarks>
/// Loaded tensors are fresh, contiguous and aligned copies.
/// They belong to the caller's dispose scope, as the result of any torch function does.
/// </remarks>
public static class TensorArchive
{
    private const int PieceLength = 64 << 20;

    private static readonly Dictionary<ElementType, ScalarType> TorchTypes = new()
    {
        [ElementType.Float64] = ScalarType.Float64,
        [ElementType.Float32] = ScalarType.Float32,
        [ElementType.Float16] = ScalarType.Float16,
        [ElementType.BFloat16] = ScalarType.BFloat16,
        [ElementType.Int64] = ScalarType.Int64,
        [ElementType.Int32] = ScalarType.Int32,
        [ElementType.Int16] = ScalarType.Int16,
        [ElementType.Int8] = ScalarType.Int8,
        [ElementType.UInt8] = ScalarType.Byte,
        [ElementType.Bool] = ScalarType.Bool,
    };

    private static readonly Dictionary<ScalarType, ElementType> StoredTypes =
        TorchTypes.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Loads every tensor of a file, one after the other. Never holds more than one of them twice.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where to; null: the CPU.</param>
    /// <param name="precision">What floating-point tensors are converted to; null: they stay as they are.</param>
    /// <exception cref="UserErrorException">The file is damaged, or a tensor's element type has no torch counterpart.</exception>
    public static Dictionary<string, Tensor> Load(string path, Device? device = null, ScalarType? precision = null)
    {
        using var file = SafetensorsFile.Open(path);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var name in file.Tensors.Keys.Order(StringComparer.Ordinal))
        {
            tensors.Add(name, Load(file, name, device, precision));
        }

        return tensors;
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
        var type = ToTorchType(entry, file.Path);
        using var scope = NewDisposeScope();
        var tensor = empty([.. entry.Shape], dtype: type);
        if (entry.Length > 0)
        {
            Fill(tensor, file, entry);
        }

        return Place(tensor, device, precision).MoveToOuterDisposeScope();
    }

    /// <summary>Writes tensors as a safetensors file.</summary>
    /// <param name="stream">Where to; forward only suffices.</param>
    /// <param name="tensors">The tensors by name, on any device, of any layout.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; null: none.</param>
    /// <exception cref="ArgumentException">A tensor's element type has no counterpart in the format.</exception>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsWriter.Write(stream, tensors.Select(pair => CreateSource(pair.Key, pair.Value)), metadata);

    private static TensorSource CreateSource(string name, Tensor tensor) =>
        new(name, ToElementType(tensor, name), tensor.shape, output => WriteElements(output, tensor));

    /// <summary>The tensor itself where nothing is to be done.</summary>
    private static Tensor Place(Tensor tensor, Device? device, ScalarType? precision)
    {
        var placed = tensor;
        if (device is not null && device.type != DeviceType.CPU)
        {
            placed = tensor.to(device);
        }

        if (precision is { } wanted && placed.is_floating_point())
        {
            placed = placed.to_type(wanted);
        }

        return placed;
    }

    private static void Fill(Tensor tensor, SafetensorsFile file, TensorEntry entry)
    {
        var flat = tensor.reshape(-1);
        var size = entry.Type.Size();
        file.ForEachPiece(entry.Name, PieceLength, (offset, bytes) =>
        {
            using var piece = flat.narrow(0, offset / size, bytes.Length / size); // a span ends at 2 GiB, a tensor does not
            bytes.CopyTo(piece.bytes);
        });
    }

    private static void WriteElements(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var local = tensor.detach().cpu();
        var flat = local.contiguous().reshape(-1);
        var size = (long)ToElementType(tensor, string.Empty).Size();
        var step = PieceLength / size;
        for (long start = 0; start < flat.numel(); start += step)
        {
            using var piece = flat.narrow(0, start, Math.Min(step, flat.numel() - start));
            stream.Write(piece.bytes);
        }
    }

    private static ScalarType ToTorchType(TensorEntry entry, string path)
    {
        if (!TorchTypes.TryGetValue(entry.Type, out var type))
        {
            throw new UserErrorException(
                $"Tensor '{entry.Name}' of '{path}' has dtype {SafetensorsTypes.Format(entry.Type)}, which torch cannot compute with: "
                + "convert it to a signed integer or a float.");
        }

        return type;
    }

    private static ElementType ToElementType(Tensor tensor, string name)
    {
        if (!StoredTypes.TryGetValue(tensor.dtype, out var type))
        {
            throw new ArgumentException(
                $"Tensor '{name}' has elements of type {tensor.dtype}, which a safetensors file cannot hold.", nameof(tensor));
        }

        return type;
    }
}
