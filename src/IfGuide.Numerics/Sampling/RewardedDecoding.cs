namespace IfGuide.Numerics.Sampling;

/// <summary>Reward-augmented decoding (RAD, Deng and Raffel 2023, arXiv 2310.09520).</summary>
/// <remarks>
/// At each step the likeliest tokens are weighted anew by what they earn.
/// The next token's distribution is softmax(logit + β · reward) over the k likeliest tokens and 0 elsewhere.
/// The nucleus is taken from that.
/// </remarks>
/// <param name="TopK">Candidates, k.</param>
/// <param name="Beta">β, at least 0; 0 is top-k sampling.</param>
/// <param name="Rewards">What rates them; a function of its arguments alone.</param>
public sealed record RewardedDecoding(int TopK, double Beta, CandidateRewards Rewards)
{
    /// <summary>Refuses impossible settings.</summary>
    /// <exception cref="ArgumentException">The message names the setting, what was found and what was expected.</exception>
    public void Validate()
    {
        if (TopK < 1 || !(Beta >= 0) || !double.IsFinite(Beta))
        {
            throw new ArgumentException(
                $"rewarded decoding: found top_k {TopK} and beta {Beta}, "
                    + "expected 1 or more candidates and a finite beta of at least 0.");
        }
    }
}
