using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Safetensors;

/// <summary>A tensor in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Its shape; empty for a scalar. Row-major.</param>
/// <param name="Offset">Its first byte, from the beginning of the file.</param>
/// <param name="Length">Its length in bytes.</param>
public sealed record TensorEntry(string Name, ElementType Type, IReadOnlyList<long> Shape, long Offset, long Length);
