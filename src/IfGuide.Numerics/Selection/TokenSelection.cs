namespace IfGuide.Numerics.Selection;

/// <summary>The outcome of a selection; with the scores it determines every row's mask.</summary>
public sealed record TokenSelection
{
    /// <summary>The parameters it came from.</summary>
    public required SelectionOptions Options { get; init; }

    /// <summary>The quantile in float64, before rounding.</summary>
    public required double ExactThreshold { get; init; }

    /// <summary>The quantile rounded to float32: candidates lie strictly above it.</summary>
    public required float Threshold { get; init; }

    /// <summary>Rank score of every row (harmonic mean of normalised count and sum).</summary>
    public required double[] RankScores { get; init; }

    /// <summary>Rows by descending rank score, ties by ascending index.</summary>
    public required long[] Order { get; init; }

    /// <summary>Candidates: scores strictly above the threshold.</summary>
    public required long Candidates { get; init; }

    /// <summary>Selected tokens; at most the budget.</summary>
    public required long SelectedTokens { get; init; }

    /// <summary>How many rows, from the start of <see cref="Order"/>, have all their spans selected.</summary>
    public required long WholeRows { get; init; }

    /// <summary>Tokens selected in the row that follows them, where the budget ended.</summary>
    public required long LastRowTokens { get; init; }

    /// <summary>Where the first span that did not fit the budget stands; null: all fitted.</summary>
    public BudgetStop? Stop { get; init; }

    /// <summary>Whether a span did not fit the budget.</summary>
    public bool StoppedOnBudget => Stop is not null;
}

/// <summary>The span that did not fit the budget.</summary>
/// <param name="Rank">Rank of its row in the order.</param>
/// <param name="Row">Its row.</param>
/// <param name="Token">Its candidate's position.</param>
public sealed record BudgetStop(long Rank, long Row, int Token);
