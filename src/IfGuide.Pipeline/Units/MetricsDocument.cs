using System.Text.Json;
using System.Text.Json.Serialization;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Reporting;
using IfGuide.Storage.Overlap;

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
        data.Queries,
        Overlap = data.Overlap is { } overlap ? Overlap(overlap) : null,
        Models = data.Evaluations.ToDictionary(evaluation => evaluation.Variant, Model),
        data.Warnings,
    };

    private static object Overlap(OverlapRecord overlap) => new
    {
        Sets = overlap.Sets.Select(sets => new
        {
            sets.First,
            sets.Second,
            sets.FirstTexts,
            sets.SecondTexts,
            Prompts = Shared(sets, sets.Prompts),
            Wholes = Shared(sets, sets.Wholes),
        }),
        Corpus = overlap.Corpus.Select(set => new { set.Set, set.Sought, set.TooShort, set.Found, Share = Share(set.Found, set.Sought), set.Documents, set.Places }),
        overlap.NotCompared,
    };

    private static object Shared(SetOverlap sets, SharedTexts shared) => new
    {
        shared.InFirst,
        FirstShare = Share(shared.InFirst, sets.FirstTexts),
        shared.InSecond,
        SecondShare = Share(shared.InSecond, sets.SecondTexts),
        shared.Places,
    };

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    /// <summary>The figures of one model.</summary>
    public static object Model(EvaluationRecord evaluation) => new
    {
        evaluation.Perplexity,
        LastTokenAccuracy = evaluation.LastToken,
        LastWordAccuracy = evaluation.LastWord,
        evaluation.ToxicQueryLoss,
        evaluation.NontoxicQueryLoss,
        ToxicQueryLossEstimate = evaluation.ToxicQueries,
        NontoxicQueryLossEstimate = evaluation.NontoxicQueries,
        SelectedTokenLoss = evaluation.SelectedLoss,
        ToxicityRecognition = evaluation.Recognition,
        HardNegativeLoss = evaluation.InnocentLoss,
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
