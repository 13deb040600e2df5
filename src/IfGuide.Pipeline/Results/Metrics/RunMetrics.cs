using System.Text.Json;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Selection;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>The figures of a finished run: what its metrics.json holds. Keys there are these names in snake_case; what is null has none.</summary>
public sealed record RunMetrics
{
    /// <summary>The run's id.</summary>
    public required string Run { get; init; }

    /// <summary>What is suppressed for all behaviours together.</summary>
    public required SelectionMetrics Selection { get; init; }

    /// <summary>How well the selection finds spans that are known to be toxic; null: none are known, or the run has several behaviours.</summary>
    public KnownSpanAgreement? KnownSpans { get; init; }

    /// <summary>What was found for each named behaviour; null: behaviours have no names.</summary>
    public IReadOnlyDictionary<string, BehaviourMetrics>? Behaviours { get; init; }

    /// <summary>How much of each source is suppressed, most suppressed tokens first.</summary>
    public required IReadOnlyList<SourceShare> Sources { get; init; }

    /// <summary>What other parameters would select; null: the run has several behaviours.</summary>
    public IReadOnlyList<WhatIfCell>? WhatIf { get; init; }

    /// <summary>What was read, kept and left out of each query set.</summary>
    public required IReadOnlyList<QuerySetSummary> Queries { get; init; }

    /// <summary>Texts that occur twice among queries, prompts and corpus; null: not looked for.</summary>
    public OverlapMetrics? Overlap { get; init; }

    /// <summary>What was measured of each model, by its name.</summary>
    public required IReadOnlyDictionary<string, ModelMetrics> Models { get; init; }

    /// <summary>What went through the store between the workers of each training in rounds; null: one worker trained each model.</summary>
    public IReadOnlyDictionary<string, TrainingCommunication>? Communication { get; init; }

    /// <summary>What a person should know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Reads a metrics.json.</summary>
    /// <param name="stream">Its bytes.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="JsonException">It is none.</exception>
    public static async Task<RunMetrics> ReadAsync(Stream stream, CancellationToken cancellationToken = default) =>
        await JsonSerializer.DeserializeAsync<RunMetrics>(stream, MetricsJson.Options, cancellationToken)
            ?? throw new JsonException("The file holds null where the figures of a run are expected.");

    /// <summary>Writes a metrics.json.</summary>
    /// <param name="stream">Where to.</param>
    public void Write(Stream stream) => JsonSerializer.Serialize(stream, this, MetricsJson.Options);
}
