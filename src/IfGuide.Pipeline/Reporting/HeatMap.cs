using IfGuide.Pipeline.Reporting.Charts;
using IfGuide.Pipeline.Results;

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
                Heat = Figures.At(HeatScale.Of(token.Score, threshold, document.HighestScore)),
                Score = Figures.Number(token.Score),
            }).ToArray(),
        };
    }
}
