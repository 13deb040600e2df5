namespace IfGuide.Storage.Formats;

/// <summary>Type of the elements of an array in a file.</summary>
public enum ElementType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,
    /// <summary>Unsigned, 8 bits.</summary>
    UInt8,
    /// <summary>Signed, 8 bits.</summary>
    Int8,
    /// <summary>Signed, 16 bits.</summary>
    Int16,
    /// <summary>Unsigned, 16 bits.</summary>
    UInt16,
    /// <summary>Signed, 32 bits.</summary>
    Int32,
    /// <summary>Unsigned, 32 bits.</summary>
    UInt32,
    /// <summary>Signed, 64 bits.</summary>
    Int64,
    /// <summary>Unsigned, 64 bits.</summary>
    UInt64,
    /// <summary>IEEE 754, 16 bits.</summary>
    Float16,
    /// <summary>The upper half of a 32-bit float.</summary>
    BFloat16,
    /// <summary>IEEE 754, 32 bits.</summary>
    Float32,
    /// <summary>IEEE 754, 64 bits.</summary>
    Float64,
}

/// <summary>Sizes and .NET types of elements.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    /// <param name="type">The type.</param>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Bool or ElementType.UInt8 or ElementType.Int8 => 1,
        ElementType.Int16 or ElementType.UInt16 or ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Int32 or ElementType.UInt32 or ElementType.Float32 => 4,
        ElementType.Int64 or ElementType.UInt64 or ElementType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    /// <summary>Whether elements are whole numbers or booleans.</summary>
    /// <param name="type">The type.</param>
    public static bool IsInteger(this ElementType type) => type < ElementType.Float16;

    /// <summary>The element type of a .NET type.</summary>
    /// <typeparam name="T">An unmanaged type; bfloat16 has none and is read as <see cref="ushort"/>.</typeparam>
    /// <exception cref="ArgumentException">No element type corresponds to it.</exception>
    public static ElementType Of<T>()
        where T : unmanaged => default(T) switch
        {
            bool => ElementType.Bool,
            byte => ElementType.UInt8,
            sbyte => ElementType.Int8,
            short => ElementType.Int16,
            ushort => ElementType.UInt16,
            int => ElementType.Int32,
            uint => ElementType.UInt32,
            long => ElementType.Int64,
            ulong => ElementType.UInt64,
            Half => ElementType.Float16,
            float => ElementType.Float32,
            double => ElementType.Float64,
            _ => throw new ArgumentException($"No array file has elements of type {typeof(T)}."),
        };

    /// <summary>Number of elements of a shape, or null when it is negative somewhere or does not fit 63 bits.</summary>
    internal static long? Count(IReadOnlyList<long> shape)
    {
        long count = 1;
        foreach (var size in shape)
        {
            if (size < 0 || (size > 0 && count > long.MaxValue / size))
            {
                return null;
            }

            count *= size;
        }

        return count;
    }

    /// <summary>A shape for messages: <c>[2, 3]</c>.</summary>
    internal static string Describe(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";
}
