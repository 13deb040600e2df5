namespace IfGuide.Numerics.Suppression;

/// <summary>What happens to the loss ℓ = −log p of a selected token.</summary>
public enum TokenObjective
{
    /// <summary>−λ ℓ: gradient ascent without end (paper Eq. 9).</summary>
    Penalty,

    /// <summary>−λ min(ℓ, cap): ascent that ends once the loss reaches the cap.</summary>
    Hinge,

    /// <summary>−λ log(1 − p): unlikelihood (Welleck et al. 2020); its push fades with p.</summary>
    Unlikelihood,

    /// <summary>0: the token is not learned from.</summary>
    Drop,
}

/// <summary>The suppression objective; tokens that are not selected keep their cross-entropy.</summary>
/// <param name="Objective">What happens to selected tokens.</param>
/// <param name="PenaltyWeight">λ; −1 makes the penalty plain cross-entropy.</param>
/// <param name="HingeCap">Loss in nats per token at which the hinge ends; null: ln V, the loss of a uniform guess.</param>
public sealed record SuppressionOptions(TokenObjective Objective, double PenaltyWeight = 1.0, double? HingeCap = null)
{
    /// <summary>Plain cross-entropy on every token, selected or not.</summary>
    public static SuppressionOptions None { get; } = new(TokenObjective.Penalty, -1.0);
}

/// <summary>What the summed objective is divided by.</summary>
public enum LossNormalisation
{
    /// <summary>The labels of the batch that are not −100, those at index 0 included: what transformers passes as num_items_in_batch.</summary>
    Labels,

    /// <summary>All B × (T − 1) predicted positions, those without a label included: torch's mean over unreduced losses.</summary>
    Positions,
}
