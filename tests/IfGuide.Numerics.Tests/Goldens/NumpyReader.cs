using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Goldens;

/// <summary>Reads little-endian C-order .npy files; independent of the production reader, so that goldens test it too.</summary>
internal static partial class NumpyReader
{
    public static Tensor Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var (start, length) = bytes[6] == 1
            ? (10, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)))
            : (12, (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)));
        var header = Encoding.ASCII.GetString(bytes, start, length);
        Assert.Contains("'fortran_order': False", header, StringComparison.Ordinal);
        long[] shape = [.. Shape().Match(header).Groups[1].Value
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
        var kind = Description().Match(header).Groups[1].Value switch
        {
            "<f4" => ScalarType.Float32,
            "<f8" => ScalarType.Float64,
            "<i4" => ScalarType.Int32,
            "<i8" => ScalarType.Int64,
            "|u1" => ScalarType.Byte,
            "|b1" => ScalarType.Bool,
            var other => throw new NotSupportedException($"'{path}' holds '{other}'."),
        };
        var result = empty(shape, kind);
        bytes.AsSpan(start + length).CopyTo(result.bytes);
        return result;
    }

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex Shape();

    [GeneratedRegex(@"'descr': '([^']*)'")]
    private static partial Regex Description();
}
