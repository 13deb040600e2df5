using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Selection;

namespace IfGuide.Pipeline.Selection;

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
