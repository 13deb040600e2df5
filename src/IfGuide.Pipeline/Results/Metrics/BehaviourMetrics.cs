using IfGuide.Pipeline.Selection;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>Figures of one named behaviour.</summary>
public sealed record BehaviourMetrics
{
    /// <summary>Its selection.</summary>
    public required SelectionMetrics Selection { get; init; }

    /// <summary>How well the selection finds spans that are known to be toxic; null: none are known.</summary>
    public KnownSpanAgreement? KnownSpans { get; init; }

    /// <summary>What other parameters would select.</summary>
    public required IReadOnlyList<WhatIfCell> WhatIf { get; init; }
}
