using IfGuide.Storage.Safetensors;

namespace IfGuide.Storage.Models;

/// <summary>A weight of the model and the tensor of a file that holds it.</summary>
/// <param name="Name">Its Hugging Face name.</param>
/// <param name="Shape">Its shape as IfGuide uses it: a matrix is [out, in].</param>
/// <param name="File">The file.</param>
/// <param name="Entry">The tensor in the file.</param>
/// <param name="IsTransposed">The file holds the matrix as [in, out].</param>
internal sealed record StoredWeight(
    string Name, IReadOnlyList<long> Shape, SafetensorsFile File, TensorEntry Entry, bool IsTransposed);
