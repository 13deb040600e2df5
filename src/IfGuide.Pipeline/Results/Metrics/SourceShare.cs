namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>How much of one source of the corpus is suppressed.</summary>
/// <param name="Source">The record's source, or its file.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="SuppressedTokens">Of these, suppressed.</param>
/// <param name="Documents">Its documents.</param>
/// <param name="SuppressedDocuments">Of these, with at least one suppressed token.</param>
public sealed record SourceShare(string Source, long Tokens, long SuppressedTokens, long Documents, long SuppressedDocuments)
{
    /// <summary>Suppressed share of its tokens.</summary>
    public double Share => Tokens == 0 ? 0 : (double)SuppressedTokens / Tokens;
}
