namespace IfGuide.Numerics.Evaluation;

/// <summary>A mean with its 95 % interval.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Low">2.5 % quantile of the resampled means.</param>
/// <param name="High">97.5 % quantile of the resampled means.</param>
public readonly record struct Interval(double Value, double Low, double High);
