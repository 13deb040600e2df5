using System.Text;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Results.Metrics;
using IfGuide.Pipeline.Runs;
using IfGuide.Pipeline.Selection;
using MessagePack;

namespace IfGuide.Pipeline.Reporting;

/// <summary>metrics.json and report.html.</summary>
internal sealed class ReportStage : IRunStage
{
    private const int Documents = 12;
    private const int SuppressedTokens = 24;

    public Stage Stage => Stage.Report;

    public string Folder => "report";

    public bool NeedsDevice => false;

    public IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner)
    {
        yield return [planner.CreateUnit(Stage, UnitKind.Evaluation, UnitNames.Report, planner.Names.Report)];
    }

    public string ArtifactOf(ArtifactNames names, UnitReference unit) => names.Report;

    public void Compute(UnitContext context)
    {
        var data = Data(context);
        context.Store.Put(context.Names.Metrics, stream => MetricsDocument.Create(data).Write(stream));
        context.Store.Put(context.Unit.Artifact, stream => stream.Write(Encoding.UTF8.GetBytes(ReportPage.Render(data))));
    }

    /// <summary>What the page tells, from the run's artifacts.</summary>
    public static ReportData Data(RunView context) => new()
    {
        Specification = context.Specification,
        Selection = SelectionSummary.Whole(context),
        Behaviours = [.. context.Names.Behaviours.Select(behaviour => Behaviour(context, behaviour))],
        Sources = SourceShares.Of(context, context.Names.Mask),
        Evaluations = context.Specification.Evaluation is null ? [] : [.. context.Names.Variants.Select(variant => Read<EvaluationRecord>(context, context.Names.Evaluation(variant)))],
        BehaviourLosses = context.Specification.Evaluation is null || !context.Names.AreNamed ? new Dictionary<string, IReadOnlyList<BehaviourLossRecord>>()
            : context.Names.Variants.Where(variant => !Variants.IsRewarded(variant)).ToDictionary(variant => variant, variant => Read<IReadOnlyList<BehaviourLossRecord>>(context, context.Names.BehaviourLosses(variant))),
        Trainings = Trainings(context),
        Communications = Communications(context),
        Queries = [.. context.Inputs.Behaviours.SelectMany(Queries)],
        Overlap = context.Inputs.Overlap,
        Warnings = context.Inputs.Warnings,
    };

    private static BehaviourReport Behaviour(RunView context, BehaviourNames behaviour)
    {
        using var inspection = new Inspection(context, behaviour);
        return new BehaviourReport
        {
            Name = behaviour.Name,
            Parameters = behaviour.Parameters,
            Selection = SelectionSummary.Of(context, behaviour),
            Documents = inspection.Top(Documents),
            Suppressed = inspection.MostSuppressed(SuppressedTokens),
            KnownSpans = inspection.Agreement(),
            WhatIf = behaviour.Parameters.Unit is null ? WhatIfTable.Of(context, behaviour, WhatIfGrid.Around(behaviour.Parameters)) : [],
        };
    }

    private static IEnumerable<QuerySetSummary> Queries(PreparedBehaviour behaviour) =>
        [.. Queries($"queries.{UnitNames.Of(behaviour.Name, UnitNames.Toxic)}", behaviour.Toxic), .. Queries($"queries.{UnitNames.Of(behaviour.Name, UnitNames.Nontoxic)}", behaviour.Nontoxic)];

    private static IEnumerable<QuerySetSummary> Queries(string name, PreparedQueries queries) => queries.Counts is { } counts
        ? [new QuerySetSummary(name, counts.Read, counts.Kept, counts.Empty, counts.CutAway, counts.Shortened, counts.LossTokens)]
        : [];

    private static List<TrainingRecord> Trainings(RunView context)
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

    /// <summary>Of the trainings in rounds; preference optimisation has none.</summary>
    private static Dictionary<string, TrainingCommunication> Communications(RunView context)
    {
        var proxy = context.Inputs.Proxy.Weights is null && context.Names.ProxyTraining.Workers > 1 ? [(UnitNames.Proxy, context.Names.ProxyWeights)] : Array.Empty<(string Model, string Weights)>();
        var models = context.Specification.Training.Workers > 1 ? context.Names.Trainings.SelectMany(wave => wave).Where(variant => variant != Variants.Dpo).Select(variant => (variant, context.Names.TrainedWeights(variant))) : [];
        return proxy.Concat(models).ToDictionary(training => training.Item1, training => Read<TrainingCommunication>(context, ArtifactNames.CommunicationOf(training.Item2)));
    }

    private static T Read<T>(RunView context, string artifact) => MessagePackSerializer.Deserialize<T>(File.ReadAllBytes(context.Store.Fetch(artifact)));
}
