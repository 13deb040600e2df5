using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Safetensors;

/// <summary>The format's names of element types.</summary>
internal static class SafetensorsTypes
{
    private static readonly Dictionary<string, ElementType> ByName = new(StringComparer.Ordinal)
    {
        ["BOOL"] = ElementType.Bool,
        ["U8"] = ElementType.UInt8,
        ["I8"] = ElementType.Int8,
        ["I16"] = ElementType.Int16,
        ["U16"] = ElementType.UInt16,
        ["I32"] = ElementType.Int32,
        ["U32"] = ElementType.UInt32,
        ["I64"] = ElementType.Int64,
        ["U64"] = ElementType.UInt64,
        ["F16"] = ElementType.Float16,
        ["BF16"] = ElementType.BFloat16,
        ["F32"] = ElementType.Float32,
        ["F64"] = ElementType.Float64,
    };

    private static readonly Dictionary<ElementType, string> ByType = ByName.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Reads the name of a type.</summary>
    public static bool TryParse(string? name, out ElementType type)
    {
        type = default;
        return name is not null && ByName.TryGetValue(name, out type);
    }

    /// <summary>The name of a type.</summary>
    public static string Format(ElementType type) => ByType[type];
}
