namespace IfGuide.Numerics.Selection;

/// <summary>Every combination of some selection parameters.</summary>
/// <param name="Quantiles">Each in [0, 1].</param>
/// <param name="Windows">Each at least 0.</param>
/// <param name="Budgets">Each at least 0.</param>
/// <param name="Kind">Treatment of positions and rounding.</param>
public sealed record SelectionGrid(IReadOnlyList<double> Quantiles, IReadOnlyList<int> Windows, IReadOnlyList<long> Budgets, SelectionKind Kind)
{
    /// <summary>The combinations: quantile by quantile, within it window by window, within it budget by budget.</summary>
    public IEnumerable<SelectionOptions> Cells =>
        from quantile in Quantiles
        from window in Windows
        from budget in Budgets
        select new SelectionOptions(quantile, window, budget, Kind);
}
