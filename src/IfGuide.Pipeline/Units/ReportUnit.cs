using System.Text;
using System.Text.Json;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Reporting;
using MessagePack;

namespace IfGuide.Pipeline.Units;

/// <summary>metrics.json and report.html.</summary>
internal static class ReportUnit
{
    private const int Documents = 12;
    private const int SuppressedTokens = 24;

    public static void Run(UnitContext context)
    {
        var data = Data(context);
        context.Store.Put(context.Names.Metrics, stream => JsonSerializer.Serialize(stream, MetricsDocument.Of(data), MetricsDocument.Options));
        context.Store.Put(context.Unit.Artifact, stream => stream.Write(Encoding.UTF8.GetBytes(ReportPage.Render(data))));
    }

    /// <summary>What the page tells, from the run's artifacts.</summary>
    public static ReportData Data(UnitContext context)
    {
        using var inspection = new Inspection(context);
        return new ReportData
        {
            Specification = context.Specification,
            Selection = SelectionSummary.Read(context),
            Documents = inspection.Top(Documents),
            Suppressed = inspection.MostSuppressed(SuppressedTokens),
            KnownSpans = inspection.Agreement(),
            Sources = SourceShares.Of(context),
            WhatIf = WhatIfTable.Of(context, WhatIfGrid.Around(context.Specification.Selection)),
            Evaluations = context.Specification.Evaluation is null ? [] : [.. context.Names.Variants.Select(variant => Read<EvaluationRecord>(context, context.Names.Evaluation(variant)))],
            Trainings = Trainings(context),
            Queries = [.. Queries("queries.toxic", context.Inputs.Toxic), .. Queries("queries.nontoxic", context.Inputs.Nontoxic)],
            Overlap = context.Inputs.Overlap,
            Warnings = context.Inputs.Warnings,
        };
    }

    private static IEnumerable<QuerySetSummary> Queries(string name, PreparedQueries queries) => queries.Counts is { } counts
        ? [new QuerySetSummary(name, counts.Read, counts.Kept, counts.Empty, counts.CutAway, counts.Shortened, counts.LossTokens)]
        : [];

    private static List<TrainingRecord> Trainings(UnitContext context)
    {
        var records = context.Names.Trainings.SelectMany(wave => wave)
            .Where(variant => variant != Variants.Dpo) // its loss is of pairs, not of tokens
            .Select(variant => Read<TrainingRecord>(context, ArtifactNames.TrainingLogOf(context.Names.TrainedWeights(variant))) with { Variant = variant })
            .ToList();
        if (context.Inputs.Proxy.Weights is null && !context.Names.Variants.Any(variant => context.Names.TrainedWeights(variant) == context.Names.ProxyWeights))
        {
            records.Insert(0, Read<TrainingRecord>(context, ArtifactNames.TrainingLogOf(context.Names.ProxyWeights)));
        }

        return records;
    }

    private static T Read<T>(UnitContext context, string artifact) => MessagePackSerializer.Deserialize<T>(File.ReadAllBytes(context.Store.Fetch(artifact)));
}
