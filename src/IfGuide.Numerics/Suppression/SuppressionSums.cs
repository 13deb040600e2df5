namespace IfGuide.Numerics.Suppression;

/// <summary>Sums over predicted tokens, in float64.</summary>
/// <param name="Objective">Sum of the objective; may be negative.</param>
/// <param name="TokenLoss">Sum of the cross-entropy of all tokens, in nats.</param>
/// <param name="Tokens">Tokens with a label.</param>
/// <param name="SelectedLoss">Sum of the cross-entropy of selected tokens, in nats.</param>
/// <param name="SelectedTokens">Selected tokens with a label.</param>
public readonly record struct SuppressionSums(
    double Objective, double TokenLoss, long Tokens, double SelectedLoss, long SelectedTokens)
{
    /// <summary>The sums over two sets of tokens together.</summary>
    /// <param name="left">One set.</param>
    /// <param name="right">The other.</param>
    public static SuppressionSums operator +(SuppressionSums left, SuppressionSums right) => Add(left, right);

    /// <summary>The sums over two sets of tokens together.</summary>
    /// <param name="left">One set.</param>
    /// <param name="right">The other.</param>
    public static SuppressionSums Add(SuppressionSums left, SuppressionSums right) => new(
        left.Objective + right.Objective,
        left.TokenLoss + right.TokenLoss,
        left.Tokens + right.Tokens,
        left.SelectedLoss + right.SelectedLoss,
        left.SelectedTokens + right.SelectedTokens);
}
