namespace IfGuide.Pipeline.Reporting;

/// <summary>How warm a token's ground is.</summary>
public static class HeatScale
{
    /// <summary>From 0 for scores of 0 and below, over one half at the threshold, to 1 at the document's highest score.</summary>
    /// <param name="score">The token's score.</param>
    /// <param name="threshold">The selection's threshold.</param>
    /// <param name="highest">The document's highest score.</param>
    public static double Of(float score, float threshold, float highest)
    {
        if (score <= 0)
        {
            return 0;
        }

        var limit = Math.Max(threshold, 0);
        return score <= limit || highest <= limit ? 0.5 * score / Math.Max(limit, score) : 0.5 + (0.5 * (score - limit) / (highest - limit));
    }
}
