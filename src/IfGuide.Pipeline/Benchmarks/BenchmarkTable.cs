using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Results.Metrics;

namespace IfGuide.Pipeline.Benchmarks;

/// <summary>One run of a benchmark.</summary>
/// <param name="Variant">The variant's name; empty: the run file as it is.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Report">What it found.</param>
public sealed record BenchmarkRun(string Variant, ulong Seed, ReportData Report);

/// <summary>The models of a benchmark, each measured over all seeds.</summary>
public sealed class BenchmarkTable
{
    /// <summary>The model that the others are held against.</summary>
    public const string BaseModel = "base";

    private BenchmarkTable(IReadOnlyList<EvaluationMeasure> measures, IReadOnlyList<BenchmarkRow> rows)
    {
        Measures = measures;
        Rows = rows;
    }

    /// <summary>What was measured, in the order of the report's table.</summary>
    public IReadOnlyList<EvaluationMeasure> Measures { get; }

    /// <summary>The models, those of the run file itself first.</summary>
    public IReadOnlyList<BenchmarkRow> Rows { get; }

    /// <summary>Puts the runs of all seeds together.</summary>
    /// <param name="runs">The runs; at least one.</param>
    public static BenchmarkTable Of(IReadOnlyList<BenchmarkRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var measures = EvaluationMeasures.Of([.. runs.SelectMany(run => run.Report.Evaluations)]);
        var reference = runs.Where(run => run.Variant.Length == 0).ToArray();
        var baseline = Estimates(reference, BaseModel, measures);
        var rows = runs.GroupBy(run => run.Variant).SelectMany(variant => variant.SelectMany(run => run.Report.Evaluations).Select(model => model.Variant).Distinct()
            .Select(model => Row(variant.Key, model, [.. variant], measures, baseline)));
        return new BenchmarkTable(measures, [.. rows]);
    }

    private static BenchmarkRow Row(string variant, string model, IReadOnlyList<BenchmarkRun> runs, IReadOnlyList<EvaluationMeasure> measures, IReadOnlyList<Estimate?> baseline)
    {
        var estimates = Estimates(runs, model, measures);
        return new BenchmarkRow
        {
            Variant = variant,
            Model = model,
            Seeds = [.. runs.Where(run => Find(run, model) is not null).Select(run => run.Seed)],
            Estimates = estimates,
            OfBase = [.. estimates.Zip(baseline, (own, other) => own is null || other is not { Value: > 0 } ? (double?)null : own.Value / other.Value)],
            SelectedShare = runs.Average(run => (double)run.Report.Selection.SelectedTokens / run.Report.Selection.CorpusTokens),
            KnownSpans = runs.Select(run => run.Report.Only?.KnownSpans).ToArray() is { } spans && spans.All(span => span is not null) ? [.. spans.Select(span => span!)] : [],
        };
    }

    private static Estimate?[] Estimates(IReadOnlyList<BenchmarkRun> runs, string model, IReadOnlyList<EvaluationMeasure> measures) => [.. measures.Select(measure =>
    {
        var seeds = runs.Select(run => Find(run, model) is { } evaluation ? measure.Of(evaluation) : null).OfType<Estimate>().ToArray();
        return seeds.Length == 0 ? null : SeedEstimate.Of(seeds, measure.IsShare);
    })];

    private static EvaluationRecord? Find(BenchmarkRun run, string model) => run.Report.Evaluations.FirstOrDefault(evaluation => evaluation.Variant == model);
}

/// <summary>A model of a benchmark.</summary>
public sealed record BenchmarkRow
{
    /// <summary>The variant whose runs trained it; empty: the run file itself.</summary>
    public required string Variant { get; init; }

    /// <summary>The model: base, suppressed, …</summary>
    public required string Model { get; init; }

    /// <summary>The seeds that measured it.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>One for each measure of the table; null: not measured.</summary>
    public required IReadOnlyList<Estimate?> Estimates { get; init; }

    /// <summary>The same over the base model's of the run file itself; null: one of both is not there, or the base model's is 0.</summary>
    public required IReadOnlyList<double?> OfBase { get; init; }

    /// <summary>Share of the corpus' tokens that its variant suppressed, mean over the seeds.</summary>
    public required double SelectedShare { get; init; }

    /// <summary>How well the selection found known spans, for each seed; empty: none are known.</summary>
    public required IReadOnlyList<KnownSpanAgreement> KnownSpans { get; init; }
}
