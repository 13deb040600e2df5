namespace IfGuide.Storage.Prompts;

/// <summary>A last-word record as tokens.</summary>
/// <param name="Tokens">Tokens of the whole text.</param>
/// <param name="WordTokens">How many at the end hold a byte of the last word or of the white space in front of it.</param>
public sealed record LastWordTokens(int[] Tokens, int WordTokens)
{
    /// <summary>Cuts the record on the left.</summary>
    /// <param name="maxTokens">At most so many tokens remain.</param>
    public LastWordTokens KeepEnd(int maxTokens) => Tokens.Length <= maxTokens ? this : new(Tokens[^maxTokens..], WordTokens);
}
