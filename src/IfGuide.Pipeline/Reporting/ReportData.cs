using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Results.Metrics;

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
