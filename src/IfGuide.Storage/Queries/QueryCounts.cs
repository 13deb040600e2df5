using MessagePack;

namespace IfGuide.Storage.Queries;

/// <summary>What reading a query set found.</summary>
/// <param name="Read">Records read.</param>
/// <param name="Kept">Queries with at least one token that carries loss.</param>
/// <param name="Empty">Records left out because the continuation is empty, or has nothing in front of its only token.</param>
/// <param name="CutAway">Records left out because truncation took all their labels: the prompt alone fills the maximal length.</param>
/// <param name="LossTokens">Tokens that carry loss in the queries kept.</param>
[MessagePackObject]
public sealed record QueryCounts(
    [property: Key(0)] long Read,
    [property: Key(1)] long Kept,
    [property: Key(2)] long Empty,
    [property: Key(3)] long CutAway,
    [property: Key(4)] long LossTokens)
{
    /// <summary>Queries kept that lost a part of their continuation to the maximal length.</summary>
    [Key(5)] public long Shortened { get; init; }

    /// <summary>Where the first of those stand that were cut away: <c>file, line 3, 7</c>; empty when there are none.</summary>
    [Key(6)] public string CutAwayPlaces { get; init; } = string.Empty;

    /// <summary>Creates warnings that a person should read.</summary>
    /// <param name="name">Name of the query set: <c>toxic</c> or <c>nontoxic</c>.</param>
    public IReadOnlyList<string> CreateWarnings(string name)
    {
        var warnings = new List<string>();
        Add(Empty, "have nothing to measure (an empty continuation) and were left out.");
        Add(CutAway, $"lost their whole continuation to queries.max_length and were left out ({CutAwayPlaces}).");
        return warnings;

        void Add(long count, string text)
        {
            if (count > 0)
            {
                warnings.Add(FormattableString.Invariant($"queries.{name}: {count:N0} of {Read:N0} records {text}"));
            }
        }
    }
}
