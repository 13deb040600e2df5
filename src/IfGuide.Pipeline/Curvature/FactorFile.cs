using System.Globalization;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Curvature;

/// <summary>Factor artifacts: named tensors and counts in one safetensors file.</summary>
internal static class FactorFile
{
    /// <summary>Stores the unit's tensors, with counts as metadata.</summary>
    public static void Put(UnitContext context, IEnumerable<KeyValuePair<string, Tensor>> tensors, params (string Name, object Value)[] counts)
    {
        var list = tensors.ToArray();
        var metadata = counts.ToDictionary(count => count.Name, count => Convert.ToString(count.Value, CultureInfo.InvariantCulture)!);
        context.Store.Put(context.Unit.Artifact, stream => TensorArchive.Write(stream, list, metadata));
    }

    public static long Count(SafetensorsFile file, string name) => long.Parse(file.Metadata[name], CultureInfo.InvariantCulture);
}
