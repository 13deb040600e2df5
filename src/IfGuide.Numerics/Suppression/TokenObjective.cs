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
