using IfGuide.Abstractions;

namespace IfGuide.Pipeline.Reporting;

/// <summary>How long a stage took.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Elapsed">The time.</param>
/// <param name="Units">Its units.</param>
/// <param name="Reused">Units that were there already.</param>
public sealed record StageTime(Stage Stage, TimeSpan Elapsed, int Units, int Reused);
