namespace IfGuide.Abstractions.Specification;

/// <summary>What a selection takes at a time.</summary>
public enum SelectedUnit
{
    /// <summary>Tokens around candidates (paper Alg. 1).</summary>
    Token,
    /// <summary>Whole documents by their influence, the sum of their token scores.</summary>
    Document,
}

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

    /// <summary>What differs for named behaviours; null: nothing does.</summary>
    [Id(3)] public IReadOnlyList<BehaviourSelectionSpec>? Behaviours { get; init; }

    /// <summary>What is selected at a time; null: <see cref="SelectedUnit.Token"/>. Documents need neither quantile nor window.</summary>
    [Id(4)] public SelectedUnit? Unit { get; init; }

    /// <summary>How the tokens of one behaviour are selected.</summary>
    /// <param name="behaviour">Its name; null: the run's only one.</param>
    /// <returns>Parameters without <see cref="Behaviours"/>.</returns>
    public SelectionSpec For(string? behaviour)
    {
        var own = Behaviours?.FirstOrDefault(entry => entry.Name == behaviour);
        return new SelectionSpec
        {
            Quantile = own?.Quantile ?? Quantile,
            Window = own?.Window ?? Window,
            Budget = own?.Budget ?? Budget,
            Unit = Unit,
        };
    }
}

/// <summary>How the selection of one behaviour differs from the others'.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.BehaviourSelectionSpec")]
public sealed record BehaviourSelectionSpec
{
    /// <summary>The behaviour.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>Scores above this quantile are candidates; null: as for all.</summary>
    [Id(1)] public double? Quantile { get; init; }

    /// <summary>Tokens selected on each side of a candidate; null: as for all.</summary>
    [Id(2)] public int? Window { get; init; }

    /// <summary>Largest number of tokens selected for this behaviour; null: as for all.</summary>
    [Id(3)] public TokenBudget? Budget { get; init; }
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
