using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Pipeline.Results.Exports;

/// <summary>Writes the results of a run as files for other programs, in every format of the contract's section 4: what <c>ifguide export</c> does.</summary>
/// <remarks>
/// A file appears under its path only when it is whole; its folder is created. Streams stay open; <see cref="ScoreFormat.Parquet"/> and
/// <see cref="MaskFormat.Reference"/> need one that can seek. Each method refuses with a <see cref="UserErrorException"/> what the run has not computed yet,
/// a behaviour or model that it does not have, and a path that cannot be written.
/// </remarks>
public static class RunExports
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the scores of one behaviour to a stream.</summary>
    /// <param name="run">The run.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="format">The format.</param>
    /// <param name="behaviour">The behaviour; null: the run's only one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteScoresAsync(
        this RunArtifacts run,
        Stream stream,
        ScoreFormat format,
        string? behaviour = null,
        CancellationToken cancellationToken = default)
    {
        using var export = await ScoreExport.OpenAsync(run, format, behaviour, cancellationToken);
        await export.WriteAsync(stream);
    }

    /// <summary>Writes the scores of one behaviour to a file.</summary>
    /// <param name="run">The run.</param>
    /// <param name="path">The file.</param>
    /// <param name="format">The format.</param>
    /// <param name="behaviour">The behaviour; null: the run's only one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteScoresAsync(
        this RunArtifacts run,
        string path,
        ScoreFormat format,
        string? behaviour = null,
        CancellationToken cancellationToken = default)
    {
        using var export = await ScoreExport.OpenAsync(run, format, behaviour, cancellationToken);
        await export.SaveAsync(path);
    }

    /// <summary>Why a run's mask cannot be written in a format; null: it can.</summary>
    /// <param name="run">The run.</param>
    /// <param name="format">The format.</param>
    /// <returns>A clause with the remedy.</returns>
    public static string? ExplainRefusal(this RunArtifacts run, MaskFormat format) => MaskExport.ExplainRefusal(run, format);

    /// <summary>Writes a mask to a stream.</summary>
    /// <param name="run">The run.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="format">The format.</param>
    /// <param name="behaviour">The behaviour; null: what any behaviour selected, and for <see cref="MaskFormat.Jsonl"/> the run's only one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteMaskAsync(
        this RunArtifacts run,
        Stream stream,
        MaskFormat format,
        string? behaviour = null,
        CancellationToken cancellationToken = default)
    {
        using var export = await MaskExport.OpenAsync(run, format, behaviour, cancellationToken);
        await export.WriteAsync(stream);
    }

    /// <summary>Writes a mask to a file.</summary>
    /// <param name="run">The run.</param>
    /// <param name="path">The file.</param>
    /// <param name="format">The format.</param>
    /// <param name="behaviour">The behaviour; null: what any behaviour selected, and for <see cref="MaskFormat.Jsonl"/> the run's only one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteMaskAsync(
        this RunArtifacts run,
        string path,
        MaskFormat format,
        string? behaviour = null,
        CancellationToken cancellationToken = default)
    {
        using var export = await MaskExport.OpenAsync(run, format, behaviour, cancellationToken);
        await export.SaveAsync(path);
    }

    /// <summary>Writes the order of the sequences to a stream, an .npy of int64.</summary>
    /// <param name="run">The run.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="behaviour">The behaviour; null: the run's only one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteOrderAsync(
        this RunArtifacts run, Stream stream, string? behaviour = null, CancellationToken cancellationToken = default)
    {
        using var export = await OpenOrderAsync(run, behaviour, cancellationToken);
        await export.WriteAsync(stream);
    }

    /// <summary>Writes the order of the sequences to a file, an .npy of int64.</summary>
    /// <param name="run">The run.</param>
    /// <param name="path">The file.</param>
    /// <param name="behaviour">The behaviour; null: the run's only one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteOrderAsync(
        this RunArtifacts run, string path, string? behaviour = null, CancellationToken cancellationToken = default)
    {
        using var export = await OpenOrderAsync(run, behaviour, cancellationToken);
        await export.SaveAsync(path);
    }

    /// <summary>Writes metrics.json to a stream.</summary>
    /// <param name="run">The run.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteMetricsAsync(
        this RunArtifacts run, Stream stream, CancellationToken cancellationToken = default)
    {
        using var export = await OpenMetricsAsync(run, cancellationToken);
        await export.WriteAsync(stream);
    }

    /// <summary>Writes metrics.json to a file.</summary>
    /// <param name="run">The run.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteMetricsAsync(this RunArtifacts run, string path, CancellationToken cancellationToken = default)
    {
        using var export = await OpenMetricsAsync(run, cancellationToken);
        await export.SaveAsync(path);
    }

    /// <summary>Writes the factors as a folder: a safetensors file for each kind, keyed by Hugging Face module name, and counts.json.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folder">The folder; must not exist, or be empty.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static Task WriteFactorsAsync(this RunArtifacts run, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return OutputFile.WriteFolderAsync(folder, async temporary =>
        {
            using var factors = await run.ReadFactorsAsync(cancellationToken);
            foreach (var kind in factors.Kinds)
            {
                await using var stream = File.Create(Path.Combine(temporary, kind + ".safetensors"));
                SafetensorsWriter.Write(stream, factors.GetTensors(kind));
            }

            var counts = JsonSerializer.Serialize(factors.Counts, Indented) + "\n";
            await File.WriteAllTextAsync(Path.Combine(temporary, "counts.json"), counts, cancellationToken);
        });
    }

    /// <summary>Writes a model as a folder that transformers loads.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folder">The folder; must not exist, or be empty.</param>
    /// <param name="model">One of <see cref="RunArtifacts.Models"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteModelAsync(
        this RunArtifacts run, string folder, string model = Variants.Suppressed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        await WriteFolderAsync(await run.ReadModelAsync(model, cancellationToken), folder);
    }

    /// <summary>Writes the newest checkpoint of a training that has not ended as a folder that transformers loads.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folder">The folder; must not exist, or be empty.</param>
    /// <param name="model">One of <see cref="RunArtifacts.Models"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether there was a checkpoint; without one nothing is written.</returns>
    public static async Task<bool> WriteCheckpointAsync(
        this RunArtifacts run, string folder, string model = Variants.Suppressed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (await run.FindCheckpointAsync(model, cancellationToken) is not { } checkpoint)
        {
            return false;
        }

        await WriteFolderAsync(checkpoint, folder);
        return true;
    }

    private static async Task<RunExport> OpenOrderAsync(RunArtifacts run, string? behaviour, CancellationToken token) =>
        RunExport.Copy(await run.FetchAsync(run.FindBehaviour(behaviour).Order, "order", token));

    private static async Task<RunExport> OpenMetricsAsync(RunArtifacts run, CancellationToken cancellationToken) =>
        RunExport.Copy(await run.FetchAsync(run.Names.Metrics, "metrics", cancellationToken));

    private static Task WriteFolderAsync(RunModel model, string folder) => OutputFile.WriteFolderAsync(folder, temporary =>
    {
        model.Save(temporary);
        return Task.CompletedTask;
    });
}
