namespace IfGuide.Numerics.Selection;

/// <summary>Parameters of the selection (paper Alg. 1).</summary>
/// <param name="Quantile">Scores strictly above this quantile are candidates; in [0, 1].</param>
/// <param name="Window">Tokens selected on each side of a candidate; at least 0.</param>
/// <param name="Budget">Largest number of selected tokens; at least 0.</param>
/// <param name="Kind">Treatment of positions and rounding.</param>
public sealed record SelectionOptions(double Quantile, int Window, long Budget, SelectionKind Kind)
{
    /// <summary>Refuses parameters outside their ranges.</summary>
    /// <exception cref="ArgumentException">The message names the parameter, what was found and what was expected.</exception>
    public void Validate()
    {
        if (!(Quantile >= 0 && Quantile <= 1))
        {
            throw new ArgumentException($"selection quantile: found {Quantile}, expected a number from 0 to 1; 0.99 selects around the highest hundredth.");
        }

        if (Window < 0)
        {
            throw new ArgumentException($"selection window: found {Window}, expected 0 or more tokens on each side of a candidate.");
        }

        if (Budget < 0)
        {
            throw new ArgumentException($"selection budget: found {Budget}, expected 0 or more tokens.");
        }
    }
}
