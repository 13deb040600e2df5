using IfGuide.Pipeline.Results.Metrics;

namespace IfGuide.Pipeline.Reporting;

/// <summary>metrics.json: the run's figures for programs.</summary>
internal static class MetricsDocument
{
    /// <summary>The figures of a finished run.</summary>
    public static RunMetrics Create(ReportData data) => new()
    {
        Run = data.Specification.Run.ToString(),
        Selection = data.Only is { } only ? SelectionMetrics.From(only.Selection) : SelectionMetrics.From(data.Selection),
        KnownSpans = data.Only?.KnownSpans,
        Behaviours = data.AreNamed ? data.Behaviours.ToDictionary(behaviour => behaviour.Name!, CreateBehaviour) : null,
        Sources = data.Sources,
        WhatIf = data.Only?.WhatIf,
        Queries = data.Queries,
        Overlap = data.Overlap is { } overlap ? OverlapMetrics.From(overlap) : null,
        Models = data.Evaluations.ToDictionary(
            evaluation => evaluation.Variant,
            evaluation => ModelMetrics.From(evaluation, data.BehaviourLosses.GetValueOrDefault(evaluation.Variant))),
        Communication = data.Communications.Count > 0 ? data.Communications : null,
        Warnings = data.Warnings,
    };

    private static BehaviourMetrics CreateBehaviour(BehaviourReport behaviour) => new()
    {
        Selection = SelectionMetrics.From(behaviour.Selection),
        KnownSpans = behaviour.KnownSpans,
        WhatIf = behaviour.WhatIf,
    };
}
