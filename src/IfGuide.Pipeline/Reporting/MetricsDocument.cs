using System.Text.Json;
using System.Text.Json.Serialization;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Overlap;

namespace IfGuide.Pipeline.Reporting;

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
        Selection = data.Only is { } only ? Selection(only.Selection) : Union(data.Selection),
        data.Only?.KnownSpans,
        Behaviours = data.AreNamed ? data.Behaviours.ToDictionary(behaviour => behaviour.Name!, Behaviour) : null,
        data.Sources,
        data.Only?.WhatIf,
        data.Queries,
        Overlap = data.Overlap is { } overlap ? Overlap(overlap) : null,
        Models = data.Evaluations.ToDictionary(evaluation => evaluation.Variant, evaluation => Model(evaluation, data.BehaviourLosses.GetValueOrDefault(evaluation.Variant))),
        Communication = data.Communications.Count == 0 ? null : data.Communications,
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

    private static object Selection(SelectionRecord selection) => new
    {
        selection.Threshold,
        selection.Candidates,
        selection.SelectedTokens,
        selection.CorpusTokens,
        selection.SelectedSequences,
        selection.Sequences,
        selection.Budget,
        selection.StoppedOnBudget,
    };

    private static object Union(UnionRecord union) => new
    {
        union.SelectedTokens,
        union.CorpusTokens,
        union.SelectedSequences,
        union.Sequences,
        union.SharedTokens,
        union.Overlaps,
    };

    private static object Behaviour(BehaviourReport behaviour) => new { Selection = Selection(behaviour.Selection), behaviour.KnownSpans, behaviour.WhatIf };

    /// <summary>The figures of one model, with the losses of named behaviours.</summary>
    public static object Model(EvaluationRecord evaluation, IReadOnlyList<BehaviourLossRecord>? behaviours = null) => new
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
        Behaviours = behaviours?.ToDictionary(behaviour => behaviour.Name, behaviour => new { behaviour.ToxicQueryLoss, behaviour.NontoxicQueryLoss }),
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
