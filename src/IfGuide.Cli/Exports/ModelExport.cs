using IfGuide.Abstractions;
using IfGuide.Cli.Outputs;
using IfGuide.Pipeline;
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
        var configurationPath = await run.FetchAsync(prepared.Configuration, "configuration", cancellationToken);
        var weightsPath = await run.FetchAsync(weights, "trained model", cancellationToken);
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
