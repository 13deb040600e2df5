namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>A query set of the run.</summary>
/// <param name="Set">The key of the run file that names it.</param>
/// <param name="Read">Records read.</param>
/// <param name="Kept">Queries with at least one token that carries loss.</param>
/// <param name="Empty">Records left out because they have nothing to measure.</param>
/// <param name="CutAway">Records left out because they lost all their labels to truncation.</param>
/// <param name="Shortened">Queries kept that lost a part of their continuation to truncation.</param>
/// <param name="LossTokens">Tokens that carry loss.</param>
public sealed record QuerySetSummary(string Set, long Read, long Kept, long Empty, long CutAway, long Shortened, long LossTokens);
