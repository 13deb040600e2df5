using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Models;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Pipeline.Results;

/// <summary>A model of a run: verified local files of its configuration, weights and tokenizer. They stay while the store lives, and are read only.</summary>
public sealed class RunModel
{
    /// <summary>The model: <c>proxy</c>, <c>base</c>, <c>suppressed</c>, …</summary>
    public required string Name { get; init; }

    /// <summary>Path of its config.json.</summary>
    public required string ConfigurationPath { get; init; }

    /// <summary>Path of its weights as the run keeps them: safetensors under their Hugging Face names, each [out, in]. Of a checkpoint, the optimizer's state lies beside them.</summary>
    public required string WeightsPath { get; init; }

    /// <summary>Path of its tokenizer.json; null: the run has none.</summary>
    public string? TokenizerPath { get; init; }

    /// <summary>Optimizer steps taken, where this is a checkpoint; null: the trained model.</summary>
    public long? Step { get; init; }

    /// <summary>Shape and constants of the model.</summary>
    public TransformerConfiguration ReadConfiguration() => HuggingFaceConfiguration.Read(ConfigurationPath);

    /// <summary>The weights, mapped into memory; tensor after tensor, they are never in memory whole.</summary>
    /// <returns>The file; the caller disposes it.</returns>
    public SafetensorsFile OpenWeights() => SafetensorsFile.Open(WeightsPath);

    /// <summary>Writes a folder that transformers loads: config.json, model.safetensors, and tokenizer.json where the run has one.</summary>
    /// <param name="folder">The folder; made when missing.</param>
    public void Save(string folder)
    {
        if (Step is null)
        {
            HuggingFaceModel.Save(folder, ConfigurationPath, WeightsPath, TokenizerPath);
            return;
        }

        var extracted = Path.Combine(Path.GetTempPath(), $"ifguide-{Guid.NewGuid():N}.safetensors");
        try
        {
            using (var stream = new FileStream(extracted, FileMode.CreateNew, FileAccess.Write))
            {
                TrainingCheckpoint.WriteWeights(WeightsPath, stream);
            }

            HuggingFaceModel.Save(folder, ConfigurationPath, extracted, TokenizerPath);
        }
        finally
        {
            File.Delete(extracted);
        }
    }
}
