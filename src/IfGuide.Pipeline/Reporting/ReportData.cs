using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Reporting;

/// <summary>Everything the report page tells; built from artifacts, without tensors.</summary>
public sealed record ReportData
{
    /// <summary>The run.</summary>
    public required RunSpec Specification { get; init; }

    /// <summary>What is suppressed for all behaviours together.</summary>
    public required UnionRecord Selection { get; init; }

    /// <summary>What was found for each behaviour, in order; at least one.</summary>
    public required IReadOnlyList<BehaviourReport> Behaviours { get; init; }

    /// <summary>How much of each source is suppressed, most suppressed tokens first.</summary>
    public IReadOnlyList<SourceShare> Sources { get; init; } = [];

    /// <summary>Measurements of each trained model, in the order of the comparison; the first is the baseline.</summary>
    public IReadOnlyList<EvaluationRecord> Evaluations { get; init; } = [];

    /// <summary>For each measured model, the losses of each named behaviour's queries; empty where behaviours have no names.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<BehaviourLossRecord>> BehaviourLosses { get; init; } = new Dictionary<string, IReadOnlyList<BehaviourLossRecord>>();

    /// <summary>Loss curves.</summary>
    public IReadOnlyList<TrainingRecord> Trainings { get; init; } = [];

    /// <summary>What went through the store between the workers of each training in rounds; empty: one worker trained each model.</summary>
    public IReadOnlyDictionary<string, TrainingCommunication> Communications { get; init; } = new Dictionary<string, TrainingCommunication>();

    /// <summary>What was read, kept and left out of each query set.</summary>
    public IReadOnlyList<QuerySetSummary> Queries { get; init; } = [];

    /// <summary>Texts that occur twice among queries, prompts and corpus; null: not looked for.</summary>
    public OverlapRecord? Overlap { get; init; }

    /// <summary>What a person should know.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The behaviour, where the run has one; null: it has several.</summary>
    public BehaviourReport? Only => Behaviours is [var only] ? only : null;

    /// <summary>Whether behaviours have names.</summary>
    public bool AreNamed => Behaviours[0].Name is not null;
}

/// <summary>What was found for one behaviour.</summary>
public sealed record BehaviourReport
{
    /// <summary>Its name; null: the run's only one.</summary>
    public string? Name { get; init; }

    /// <summary>How its tokens were selected.</summary>
    public required SelectionSpec Parameters { get; init; }

    /// <summary>Outcome of its selection.</summary>
    public required SelectionRecord Selection { get; init; }

    /// <summary>Documents with the most suppressed tokens, best first.</summary>
    public IReadOnlyList<InspectedDocument> Documents { get; init; } = [];

    /// <summary>The most often suppressed tokens, best first.</summary>
    public IReadOnlyList<SuppressedToken> Suppressed { get; init; } = [];

    /// <summary>How well the selection finds spans that are known to be toxic; null: none are known.</summary>
    public KnownSpanAgreement? KnownSpans { get; init; }

    /// <summary>What other parameters of the selection would select.</summary>
    public IReadOnlyList<WhatIfCell> WhatIf { get; init; } = [];
}

/// <summary>A query set of the run.</summary>
/// <param name="Set">The key of the run file that names it.</param>
/// <param name="Read">Records read.</param>
/// <param name="Kept">Queries with at least one token that carries loss.</param>
/// <param name="Empty">Records left out because they have nothing to measure.</param>
/// <param name="CutAway">Records left out because they lost all their labels to truncation.</param>
/// <param name="Shortened">Queries kept that lost a part of their continuation to truncation.</param>
/// <param name="LossTokens">Tokens that carry loss.</param>
public sealed record QuerySetSummary(string Set, long Read, long Kept, long Empty, long CutAway, long Shortened, long LossTokens);

/// <summary>A document, or a part of one, with the score of each token.</summary>
public sealed record InspectedDocument
{
    /// <summary>Its id; <c>sequence 12</c> where the corpus has no documents.</summary>
    public required string Id { get; init; }

    /// <summary>Where it comes from; null: unknown.</summary>
    public string? Source { get; init; }

    /// <summary>Its tokens, in order.</summary>
    public required IReadOnlyList<InspectedToken> Tokens { get; init; }

    /// <summary>Tokens left out before the first.</summary>
    public int Before { get; init; }

    /// <summary>Tokens left out after the last.</summary>
    public int After { get; init; }

    /// <summary>Tokens that are suppressed.</summary>
    public int SuppressedTokens => Tokens.Count(token => token.Suppressed);

    /// <summary>The highest score.</summary>
    public float HighestScore => Tokens.Max(token => token.Score);
}

/// <summary>One token.</summary>
/// <param name="Text">Its text; a token that ends within a character has none, and the next has the whole character.</param>
/// <param name="Score">Its score.</param>
/// <param name="Suppressed">Whether it is in the mask.</param>
/// <param name="Known">Whether it lies in a span that is known to be toxic.</param>
public readonly record struct InspectedToken(string Text, float Score, bool Suppressed, bool Known);

/// <summary>How often a token is suppressed.</summary>
/// <param name="Text">The token.</param>
/// <param name="Times">How often it is suppressed.</param>
/// <param name="MeanScore">Mean score where it is.</param>
public sealed record SuppressedToken(string Text, long Times, double MeanScore);

/// <summary>Agreement of the selection with spans that are known to be toxic, in tokens.</summary>
/// <param name="KnownTokens">Tokens that overlap a known span.</param>
/// <param name="Precision">Share of the suppressed tokens that do.</param>
/// <param name="Recall">Share of them that are suppressed.</param>
/// <param name="SpansTouched">Known spans with at least one suppressed token.</param>
/// <param name="Spans">Known spans.</param>
/// <param name="AveragePrecision">Average precision of the scores' order over all tokens; <see cref="double.NaN"/>: not computed.</param>
public sealed record KnownSpanAgreement(long KnownTokens, double Precision, double Recall, long SpansTouched, long Spans, double AveragePrecision);

/// <summary>How the page is drawn.</summary>
public sealed record ReportOptions
{
    /// <summary>Whether harsh text stands in full; otherwise all but the first letter of its words is masked.</summary>
    public bool ShowToxic { get; init; }

    /// <summary>Time of each stage; empty: not told. Times are no property of the result, so the stored page has none.</summary>
    public IReadOnlyList<StageTime> StageTimes { get; init; } = [];
}

/// <summary>How long a stage took.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Elapsed">The time.</param>
/// <param name="Units">Its units.</param>
/// <param name="Reused">Units that were there already.</param>
public sealed record StageTime(Stage Stage, TimeSpan Elapsed, int Units, int Reused);
