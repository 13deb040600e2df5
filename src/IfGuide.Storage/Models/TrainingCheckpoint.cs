using IfGuide.Storage.Safetensors;

namespace IfGuide.Storage.Models;

/// <summary>Takes the model out of a training's checkpoint, which holds optimizer state beside it. Needs no libtorch.</summary>
public static class TrainingCheckpoint
{
    private const string WeightPrefix = "weight.";

    /// <summary>Writes the weights alone as a safetensors file, under their Hugging Face names.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <param name="stream">Where to; may be forward only.</param>
    /// <exception cref="Abstractions.UserErrorException">The file is damaged.</exception>
    public static void WriteWeights(string path, Stream stream)
    {
        using var file = SafetensorsFile.Open(path);
        var weights = file.Tensors.Values.Where(entry => entry.Name.StartsWith(WeightPrefix, StringComparison.Ordinal));
        var sources = weights.Select(entry => TensorSource.FromFile(file, entry, entry.Name[WeightPrefix.Length..]));
        SafetensorsWriter.Write(stream, sources, HuggingFaceModel.PyTorchMetadata);
    }
}
