using IfGuide.Storage.Safetensors;

namespace IfGuide.Storage.Models;

/// <summary>Takes the model out of a training's checkpoint, which holds optimizer state beside it. Needs no libtorch.</summary>
public static class TrainingCheckpoint
{
    private const string WeightPrefix = "weight.";
    private const int PieceLength = 16 << 20;

    /// <summary>Writes the weights alone as a safetensors file, under their Hugging Face names.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <param name="stream">Where to; may be forward only.</param>
    /// <exception cref="Abstractions.UserErrorException">The file is damaged.</exception>
    public static void WriteWeights(string path, Stream stream)
    {
        using var file = SafetensorsFile.Open(path);
        var weights = file.Tensors.Keys.Where(name => name.StartsWith(WeightPrefix, StringComparison.Ordinal)).Select(name =>
        {
            var entry = file.Entry(name);
            return new TensorSource(name[WeightPrefix.Length..], entry.Type, entry.Shape, output => file.ForEachPiece(name, PieceLength, (_, bytes) => output.Write(bytes)));
        });
        SafetensorsWriter.Write(stream, weights, HuggingFaceModel.PyTorchMetadata);
    }
}
