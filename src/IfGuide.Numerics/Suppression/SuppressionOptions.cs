namespace IfGuide.Numerics.Suppression;

/// <summary>The suppression objective; tokens that are not selected keep their cross-entropy.</summary>
/// <param name="Objective">What happens to selected tokens.</param>
/// <param name="PenaltyWeight">λ; −1 makes the penalty plain cross-entropy.</param>
/// <param name="HingeCap">Loss in nats per token at which the hinge ends; null: ln V, the loss of a uniform guess.</param>
public sealed record SuppressionOptions(TokenObjective Objective, double PenaltyWeight = 1.0, double? HingeCap = null)
{
    /// <summary>Plain cross-entropy on every token, selected or not.</summary>
    public static SuppressionOptions None { get; } = new(TokenObjective.Penalty, -1.0);
}
