namespace IfGuide.Pipeline.Results.Exports;

/// <summary>Scores in the formats of the contract.</summary>
internal static class ScoreExport
{
    public static async Task<RunExport> OpenAsync(
        RunArtifacts run, ScoreFormat format, string? behaviour, CancellationToken cancellationToken)
    {
        if (format == ScoreFormat.Parquet)
        {
            var results = run.OpenResults(behaviour, cancellationToken);
            return new RunExport(results, stream => ScoreTable.WriteAsync(results.Scored(), stream, cancellationToken));
        }

        var scores = await run.ReadScoresAsync(behaviour, cancellationToken);
        return format switch
        {
            ScoreFormat.Npy => RunExport.Create(scores, scores.WriteNpy),
            ScoreFormat.Safetensors => RunExport.Create(scores, stream => scores.WriteSafetensors(stream, "scores")),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format of scores."),
        };
    }
}
