namespace IfGuide.Pipeline.Reporting;

/// <summary>A document as the page draws it: tokens on a ground that is warmer the higher the score.</summary>
internal static class HeatMap
{
    public static object Of(InspectedDocument document, float threshold, HarshText harsh)
    {
        var texts = harsh.Of(document.Tokens);
        return new
        {
            document.Id,
            Source = document.Source ?? string.Empty,
            document.Before,
            document.After,
            Suppressed = document.SuppressedTokens,
            Highest = Figures.Number(document.HighestScore),
            Tokens = document.Tokens.Select((token, index) => new
            {
                Text = texts[index],
                Style = (token.Suppressed ? "s" : string.Empty) + (token.Known ? " k" : string.Empty),
                Heat = Figures.At(Heat(token.Score, threshold, document.HighestScore)),
                Score = Figures.Number(token.Score),
            }).ToArray(),
        };
    }

    /// <summary>From 0 for scores of 0 and below, over one half at the threshold, to 1 at the document's highest score.</summary>
    public static double Heat(float score, float threshold, float highest)
    {
        if (score <= 0)
        {
            return 0;
        }

        var limit = Math.Max(threshold, 0);
        return score <= limit || highest <= limit ? 0.5 * score / Math.Max(limit, score) : 0.5 + (0.5 * (score - limit) / (highest - limit));
    }
}
