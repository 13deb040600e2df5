using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Selection;

namespace IfGuide.Pipeline.Reporting;

/// <summary>Parameters to try on stored scores.</summary>
/// <param name="Quantiles">Each in [0, 1].</param>
/// <param name="Windows">Each at least 0.</param>
/// <param name="Budgets">Shares of the corpus' tokens, or counts.</param>
public sealed record WhatIfGrid(IReadOnlyList<double> Quantiles, IReadOnlyList<int> Windows, IReadOnlyList<TokenBudget> Budgets)
{
    private const int Digits = 9;

    /// <summary>A run's own parameters and their neighbours: half and twice as many candidates, one token of window less and more, half and twice the budget.</summary>
    /// <param name="selection">The run's parameters.</param>
    public static WhatIfGrid Around(SelectionSpec selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        var rest = 1 - selection.Quantile;
        double[] quantiles = [Math.Round(1 - rest / 2, Digits), selection.Quantile, Math.Round(Math.Max(0, 1 - 2 * rest), Digits)];
        int[] windows = [Math.Max(0, selection.Window - 1), selection.Window, selection.Window + 1];
        TokenBudget[] budgets = selection.Budget is { Share: { } share }
            ? [TokenBudget.OfShare(share / 2), selection.Budget, TokenBudget.OfShare(Math.Min(1, share * 2))]
            : [TokenBudget.OfCount(selection.Budget.Tokens(0) / 2), selection.Budget, TokenBudget.OfCount(selection.Budget.Tokens(0) * 2)];
        return new WhatIfGrid([.. quantiles.Distinct()], [.. windows.Distinct()], [.. budgets.Distinct()]);
    }

    /// <summary>The grid in tokens of a corpus.</summary>
    internal SelectionGrid Over(long corpusTokens, SelectionKind kind) => new(Quantiles, Windows, [.. Budgets.Select(budget => budget.Tokens(corpusTokens))], kind);
}

/// <summary>What a selection with other parameters would select.</summary>
public sealed record WhatIfCell
{
    /// <summary>Scores above this quantile are candidates.</summary>
    public required double Quantile { get; init; }

    /// <summary>Tokens on each side of a candidate.</summary>
    public required int Window { get; init; }

    /// <summary>Largest number of tokens.</summary>
    public required long Budget { get; init; }

    /// <summary>The budget as a share of the corpus' tokens; null where it was given as a count.</summary>
    public double? BudgetShare { get; init; }

    /// <summary>The quantile's score.</summary>
    public required float Threshold { get; init; }

    /// <summary>Tokens above the threshold.</summary>
    public required long Candidates { get; init; }

    /// <summary>Tokens that would be selected.</summary>
    public required long Tokens { get; init; }

    /// <summary>Share of the corpus' tokens that would be.</summary>
    public required double Share { get; init; }

    /// <summary>Documents with at least one of them; null where the corpus has no documents.</summary>
    public long? Documents { get; init; }

    /// <summary>Sequences with at least one of them.</summary>
    public required long Sequences { get; init; }

    /// <summary>Whether the budget ended the selection.</summary>
    public required bool StoppedOnBudget { get; init; }

    /// <summary>Whether these are the run's own parameters.</summary>
    public required bool IsRun { get; init; }
}

/// <summary>How much of one source of the corpus is suppressed.</summary>
/// <param name="Source">The record's source, or its file.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="SuppressedTokens">Of these, suppressed.</param>
/// <param name="Documents">Its documents.</param>
/// <param name="SuppressedDocuments">Of these, with at least one suppressed token.</param>
public sealed record SourceShare(string Source, long Tokens, long SuppressedTokens, long Documents, long SuppressedDocuments)
{
    /// <summary>Suppressed share of its tokens.</summary>
    public double Share => Tokens == 0 ? 0 : (double)SuppressedTokens / Tokens;
}
