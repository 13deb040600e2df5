using System.Text.Json;
using System.Text.Json.Serialization;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Reporting;

namespace IfGuide.Pipeline.Units;

/// <summary>metrics.json: the run's figures for programs.</summary>
internal static class MetricsDocument
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static object Of(ReportData data) => new
    {
        Run = data.Specification.Run.ToString(),
        Selection = new
        {
            data.Selection.Threshold,
            data.Selection.Candidates,
            data.Selection.SelectedTokens,
            data.Selection.CorpusTokens,
            data.Selection.SelectedSequences,
            data.Selection.Sequences,
            data.Selection.Budget,
            data.Selection.StoppedOnBudget,
        },
        data.KnownSpans,
        data.Sources,
        data.WhatIf,
        Models = data.Evaluations.ToDictionary(evaluation => evaluation.Variant, Model),
        data.Warnings,
    };

    private static object Model(EvaluationRecord evaluation) => new
    {
        evaluation.Perplexity,
        LastTokenAccuracy = evaluation.LastToken,
        evaluation.ToxicQueryLoss,
        evaluation.NontoxicQueryLoss,
        Toxicity = evaluation.Toxicity.Select(toxicity => new
        {
            toxicity.Classifier,
            toxicity.PromptClass,
            toxicity.Prompts,
            ExpectedMaximumToxicity = toxicity.ExpectedMaximum,
            ToxicityProbability = toxicity.Probability,
            ToxicShare = toxicity.Share,
        }),
    };
}
