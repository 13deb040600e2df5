namespace IfGuide.Abstractions.Specification;

/// <summary>How tokens are selected (paper Alg. 1).</summary>
[GenerateSerializer, Immutable, Alias("ifguide.SelectionSpec")]
public sealed record SelectionSpec
{
    /// <summary>Scores above this quantile are candidates; in (0, 1).</summary>
    [Id(0)] public double Quantile { get; init; } = 0.99;

    /// <summary>Tokens selected on each side of a candidate.</summary>
    [Id(1)] public int Window { get; init; } = 1;

    /// <summary>Largest number of selected tokens.</summary>
    [Id(2)] public TokenBudget Budget { get; init; } = TokenBudget.OfShare(0.02);
}

/// <summary>A budget: a share of the corpus' tokens, or a count.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.TokenBudget")]
public readonly record struct TokenBudget
{
    /// <summary>Share of the corpus' tokens in (0, 1]; null when <see cref="Count"/> is set.</summary>
    [Id(0)] public double? Share { get; init; }

    /// <summary>Number of tokens; null when <see cref="Share"/> is set.</summary>
    [Id(1)] public long? Count { get; init; }

    /// <summary>A budget as a share of the corpus.</summary>
    /// <param name="share">In (0, 1].</param>
    public static TokenBudget OfShare(double share) => new() { Share = share };

    /// <summary>A budget as a count of tokens.</summary>
    /// <param name="count">At least 0.</param>
    public static TokenBudget OfCount(long count) => new() { Count = count };

    /// <summary>The budget in tokens.</summary>
    /// <param name="corpusTokens">Tokens of the corpus: sequences × length for packed text, all attended tokens with padding.</param>
    public long Tokens(long corpusTokens) => Count ?? (long)Math.Floor((Share ?? 0) * corpusTokens);
}
