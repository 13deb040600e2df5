namespace IfGuide.Numerics.Sampling;

/// <summary>How continuations are sampled (temperature 1).</summary>
/// <param name="Samples">Continuations per prompt.</param>
/// <param name="MaxNewTokens">Max tokens per continuation.</param>
/// <param name="TopP">Nucleus: the smallest set of likeliest tokens with at least this mass; in (0, 1].</param>
/// <param name="Seed">Seed; a token depends on it, on the indices of prompt, sample and token, and on nothing else.</param>
/// <param name="BatchSize">Sequences decoded together.</param>
/// <param name="EndOfText">Token that ends a continuation and is not part of it; null: none does.</param>
public sealed record SamplingOptions(
    int Samples, int MaxNewTokens, double TopP, ulong Seed, int BatchSize = 64, int? EndOfText = null)
{
    /// <summary>Refuses impossible settings.</summary>
    /// <exception cref="ArgumentException">The message names the setting, what was found and what was expected.</exception>
    public void Validate()
    {
        Require(Samples >= 1, "samples", Samples, "1 or more");
        Require(MaxNewTokens >= 1, "max_new_tokens", MaxNewTokens, "1 or more");
        Require(TopP is > 0 and <= 1, "top_p", TopP, "a number above 0 and up to 1");
        Require(BatchSize >= 1, "batch size", BatchSize, "1 or more sequences");
    }

    private static void Require(bool holds, string setting, object found, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException($"sampling {setting}: found {found}, expected {expected}.");
        }
    }
}
