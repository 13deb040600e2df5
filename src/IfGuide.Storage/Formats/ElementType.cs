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
