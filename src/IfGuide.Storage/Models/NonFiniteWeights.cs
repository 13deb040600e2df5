using System.Numerics;
using System.Runtime.InteropServices;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Models;

/// <summary>Finds NaN and infinity in raw weights: floats whose exponent bits are all set.</summary>
internal static class NonFiniteWeights
{
    /// <summary>Index of the first element that is not finite; −1 when all are, or when the type is no float.</summary>
    public static long Find(ElementType type, ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case ElementType.Float64:
                return Find(MemoryMarshal.Cast<byte, ulong>(bytes), 0x7ff0000000000000UL);
            case ElementType.Float32:
                return Find(MemoryMarshal.Cast<byte, uint>(bytes), 0x7f800000U);
            case ElementType.Float16:
                return Find(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7c00);
            case ElementType.BFloat16:
                return Find(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7f80);
            default:
                return -1;
        }
    }

    private static long Find<T>(ReadOnlySpan<T> bits, T exponent)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < bits.Length; i++)
        {
            if ((bits[i] & exponent) == exponent)
            {
                return i;
            }
        }

        return -1;
    }
}
