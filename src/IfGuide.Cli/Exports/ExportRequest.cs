using IfGuide.Abstractions;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Results.Exports;

namespace IfGuide.Cli.Exports;

/// <summary>A result to take out, as the options name it.</summary>
/// <param name="Artifact">Which.</param>
/// <param name="Format">In which format.</param>
/// <param name="Path">Where to.</param>
/// <param name="Model">Of which model; null: the suppressed one.</param>
/// <param name="Behaviour">Of which behaviour; null: none was named.</param>
/// <param name="Checkpoint">Whether a checkpoint of the model is meant.</param>
internal sealed record ExportRequest(
    string Artifact, string Format, string Path, string? Model, string? Behaviour, bool Checkpoint)
{
    private const string DefaultModel = "suppressed";

    /// <summary>Refuses options that do not go together.</summary>
    /// <exception cref="UserErrorException">They do not.</exception>
    public void Check()
    {
        if (Behaviour is not null && Artifact is not ("scores" or "mask" or "order"))
        {
            throw new UserErrorException($"--behaviour goes with scores, mask and order; {Artifact} belong to the whole run.");
        }
    }

    /// <summary>Writes the result.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">The run has no such behaviour or model, or has not come so far; or the path cannot be written.</exception>
    public Task WriteAsync(RunArtifacts run, CancellationToken cancellationToken)
    {
        if (Checkpoint && Artifact != "model")
        {
            throw new UserErrorException($"--checkpoint belongs to the artifact model, not to {Artifact}; leave it out.");
        }

        return Artifact switch
        {
            "scores" => WriteScoresAsync(run, cancellationToken),
            "mask" => WriteMaskAsync(run, cancellationToken),
            "order" => WriteOrderAsync(run, cancellationToken),
            "factors" => run.WriteFactorsAsync(Path, cancellationToken),
            "model" => WriteModelAsync(run, cancellationToken),
            _ => run.WriteMetricsAsync(Path, cancellationToken),
        };
    }

    private Task WriteScoresAsync(RunArtifacts run, CancellationToken cancellationToken)
    {
        RunChoices.CheckBehaviour(run, Behaviour);
        return run.WriteScoresAsync(Path, Enum.Parse<ScoreFormat>(Format, ignoreCase: true), Behaviour, cancellationToken);
    }

    private Task WriteMaskAsync(RunArtifacts run, CancellationToken cancellationToken)
    {
        var format = Enum.Parse<MaskFormat>(Format, ignoreCase: true);
        if (Behaviour is not null || format == MaskFormat.Jsonl)
        {
            RunChoices.CheckBehaviour(run, Behaviour);
        }

        if (run.ExplainRefusal(format) is { } reason)
        {
            throw new UserErrorException($"--format {Format}: {reason}.");
        }

        return run.WriteMaskAsync(Path, format, Behaviour, cancellationToken);
    }

    private Task WriteOrderAsync(RunArtifacts run, CancellationToken cancellationToken)
    {
        RunChoices.CheckBehaviour(run, Behaviour);
        return run.WriteOrderAsync(Path, Behaviour, cancellationToken);
    }

    private async Task WriteModelAsync(RunArtifacts run, CancellationToken cancellationToken)
    {
        var model = Model ?? DefaultModel;
        RunChoices.CheckModel(run, model);
        if (!Checkpoint)
        {
            await run.WriteModelAsync(Path, model, cancellationToken);
        }
        else if (!await run.WriteCheckpointAsync(Path, model, cancellationToken))
        {
            throw new UserErrorException(
                $"The training of '{model}' has no checkpoint: it has ended (leave --checkpoint out), "
                + "or has not come to its first (training.checkpoint_every).");
        }
    }
}
