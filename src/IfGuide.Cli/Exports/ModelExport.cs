using IfGuide.Abstractions;
using IfGuide.Cli.Outputs;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Models;

namespace IfGuide.Cli.Exports;

/// <summary>Exports a model as a Hugging Face folder: config.json, model.safetensors, and tokenizer.json where the run has one.</summary>
internal static class ModelExport
{
    private const string ProxyName = "proxy";

    /// <summary>Writes the folder.</summary>
    /// <param name="run">The run.</param>
    /// <param name="model"><c>proxy</c>, or a model that the run trains; null: the suppressed one.</param>
    /// <param name="path">The folder.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteAsync(RunArtifacts run, string? model, string path, CancellationToken cancellationToken)
    {
        var (weights, prepared) = Find(run, model ?? "suppressed");
        await WriteAsync(run, prepared, await run.FetchAsync(weights, "trained model", cancellationToken), path, cancellationToken);
    }

    /// <summary>Writes the folder from the newest checkpoint of a training that has not ended.</summary>
    /// <param name="run">The run.</param>
    /// <param name="model"><c>proxy</c>, or a model that the run trains; null: the suppressed one.</param>
    /// <param name="path">The folder.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">There is no checkpoint.</exception>
    public static async Task WriteCheckpointAsync(RunArtifacts run, string? model, string path, CancellationToken cancellationToken)
    {
        var (weights, prepared) = Find(run, model ?? "suppressed");
        string? newest = null;
        await foreach (var artifact in run.Store.ListAsync(weights[..(weights.LastIndexOf('/') + 1)], cancellationToken))
        {
            newest = ArtifactNames.StepOfCheckpoint(artifact.Name) is { } step && (newest is null || step > ArtifactNames.StepOfCheckpoint(newest)) ? artifact.Name : newest;
        }

        if (newest is null)
        {
            throw new UserErrorException($"The training of '{model ?? "suppressed"}' has no checkpoint: it has ended (leave --checkpoint out), or has not come to its first (training.checkpoint_every).");
        }

        var checkpoint = await run.FetchAsync(newest, "checkpoint", cancellationToken);
        var extracted = Path.Combine(Path.GetTempPath(), $"ifguide-{Guid.NewGuid():N}.safetensors");
        try
        {
            await using (var stream = new FileStream(extracted, FileMode.CreateNew, FileAccess.Write))
            {
                TrainingCheckpoint.WriteWeights(checkpoint, stream);
            }

            await WriteAsync(run, prepared, extracted, path, cancellationToken);
        }
        finally
        {
            File.Delete(extracted);
        }
    }

    private static async Task WriteAsync(RunArtifacts run, PreparedModel prepared, string weightsPath, string path, CancellationToken cancellationToken)
    {
        var configurationPath = await run.FetchAsync(prepared.Configuration, "configuration", cancellationToken);
        var tokenizerPath = run.Inputs.Tokenizer is { } tokenizer ? await run.FetchAsync(tokenizer, "tokenizer", cancellationToken) : null;
        await OutputFile.WriteFolderAsync(path, folder =>
        {
            HuggingFaceModel.Save(folder, configurationPath, weightsPath, tokenizerPath);
            return Task.CompletedTask;
        });
    }

    private static (string Weights, PreparedModel Prepared) Find(RunArtifacts run, string model) => model switch
    {
        ProxyName => (run.Names.ProxyWeights, run.Inputs.Proxy),
        _ when run.Names.Variants.Contains(model) && run.Inputs.Target is { } target => (run.Names.TrainedWeights(model), target),
        _ => throw new UserErrorException($"Run '{run.Status.Run}' trains no model '{model}'; it has {string.Join(", ", run.Names.Variants.Prepend(ProxyName))}. Choose one with --model."),
    };
}
