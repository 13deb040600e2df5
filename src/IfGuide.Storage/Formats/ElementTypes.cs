namespace IfGuide.Storage.Formats;

/// <summary>Sizes and .NET types of elements.</summary>
public static class ElementTypes
{
    private static readonly Dictionary<ElementType, int> Sizes = new()
    {
        [ElementType.Bool] = 1,
        [ElementType.UInt8] = 1,
        [ElementType.Int8] = 1,
        [ElementType.Int16] = 2,
        [ElementType.UInt16] = 2,
        [ElementType.Float16] = 2,
        [ElementType.BFloat16] = 2,
        [ElementType.Int32] = 4,
        [ElementType.UInt32] = 4,
        [ElementType.Float32] = 4,
        [ElementType.Int64] = 8,
        [ElementType.UInt64] = 8,
        [ElementType.Float64] = 8,
    };

    private static readonly Dictionary<Type, ElementType> ByType = new()
    {
        [typeof(bool)] = ElementType.Bool,
        [typeof(byte)] = ElementType.UInt8,
        [typeof(sbyte)] = ElementType.Int8,
        [typeof(short)] = ElementType.Int16,
        [typeof(ushort)] = ElementType.UInt16,
        [typeof(int)] = ElementType.Int32,
        [typeof(uint)] = ElementType.UInt32,
        [typeof(long)] = ElementType.Int64,
        [typeof(ulong)] = ElementType.UInt64,
        [typeof(Half)] = ElementType.Float16,
        [typeof(float)] = ElementType.Float32,
        [typeof(double)] = ElementType.Float64,
    };

    /// <summary>Bytes of one element.</summary>
    /// <param name="type">The type.</param>
    public static int Size(this ElementType type)
    {
        if (!Sizes.TryGetValue(type, out var size))
        {
            throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type.");
        }

        return size;
    }

    /// <summary>Whether elements are whole numbers or booleans.</summary>
    /// <param name="type">The type.</param>
    public static bool IsInteger(this ElementType type) => type < ElementType.Float16;

    /// <summary>The element type of a .NET type.</summary>
    /// <typeparam name="T">An unmanaged type; bfloat16 has none and is read as <see cref="ushort"/>.</typeparam>
    /// <exception cref="ArgumentException">No element type corresponds to it.</exception>
    public static ElementType Of<T>()
        where T : unmanaged
    {
        if (!ByType.TryGetValue(typeof(T), out var type))
        {
            throw new ArgumentException($"No array file has elements of type {typeof(T)}.");
        }

        return type;
    }

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
