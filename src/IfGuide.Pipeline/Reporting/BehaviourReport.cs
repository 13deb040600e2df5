using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Results.Metrics;
using IfGuide.Pipeline.Selection;

namespace IfGuide.Pipeline.Reporting;

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
