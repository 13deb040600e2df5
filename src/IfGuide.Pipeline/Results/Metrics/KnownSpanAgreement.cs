namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>Agreement of the selection with spans that are known to be toxic, in tokens.</summary>
/// <param name="KnownTokens">Tokens that overlap a known span.</param>
/// <param name="Precision">Share of the suppressed tokens that do.</param>
/// <param name="Recall">Share of them that are suppressed.</param>
/// <param name="SpansTouched">Known spans with at least one suppressed token.</param>
/// <param name="Spans">Known spans.</param>
/// <param name="AveragePrecision">Average precision of the scores' order over all tokens; <see cref="double.NaN"/>: not computed.</param>
public sealed record KnownSpanAgreement(
    long KnownTokens, double Precision, double Recall, long SpansTouched, long Spans, double AveragePrecision);
