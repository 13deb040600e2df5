namespace IfGuide.Pipeline.Explaining;

/// <summary>Neighbouring tokens that are explained together.</summary>
/// <param name="First">Index of the first in the corpus: sequence × length + position.</param>
/// <param name="Count">How many.</param>
internal readonly record struct TokenTarget(long First, int Count)
{
    /// <summary>Whether a token of the corpus is one of them.</summary>
    public bool Contains(long token) => token >= First && token < First + Count;
}
