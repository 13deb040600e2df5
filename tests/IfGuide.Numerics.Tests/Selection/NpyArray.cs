using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace IfGuide.Numerics.Tests.Selection;

/// <summary>A golden .npy file: its shape and its raw little-endian numbers.</summary>
internal sealed partial record NpyArray(int[] Shape, string Type, byte[] Data)
{
    public static NpyArray Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = BitConverter.ToUInt16(bytes, 8);
        var header = Encoding.ASCII.GetString(bytes, 10, headerLength);
        var shape = ShapePattern().Match(header).Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new NpyArray([.. shape.Select(int.Parse)], TypePattern().Match(header).Groups[1].Value, bytes[(10 + headerLength)..]);
    }

    public ReadOnlySpan<T> As<T>(string type)
        where T : struct
    {
        Assert.Equal(type, Type);
        return MemoryMarshal.Cast<byte, T>(Data);
    }

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex ShapePattern();

    [GeneratedRegex(@"'descr': '([^']*)'")]
    private static partial Regex TypePattern();
}
