using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Results;
using Spectre.Console;

namespace IfGuide.Cli.Consoles;

/// <summary>Draws a document in the terminal: the warmer a token's ground, the higher its score; suppressed tokens stand bold and underlined.</summary>
internal static class HeatMapView
{
    private const int StrongestScores = 8;

    public static void Draw(IAnsiConsole console, InspectedDocument document, float threshold, HarshText harsh)
    {
        console.Write(new Rule($"[bold]{Markup.Escape(document.Id)}[/]{(document.Source is { Length: > 0 } source ? $" [grey]{Markup.Escape(source)}[/]" : string.Empty)}") { Justification = Justify.Left, Style = Style.Parse("grey") });
        var texts = harsh.Of(document.Tokens);
        var line = new Paragraph();
        if (document.Before > 0)
        {
            line.Append("… ", new Style(Color.Grey));
        }

        for (var i = 0; i < texts.Count; i++)
        {
            line.Append(texts[i], StyleOf(document.Tokens[i], threshold, document.HighestScore));
        }

        if (document.After > 0)
        {
            line.Append(" …", new Style(Color.Grey));
        }

        console.Write(line);
        console.WriteLine();
        var strongest = document.Tokens.Select((token, index) => (Token: token, Text: texts[index]))
            .Where(entry => entry.Token.Suppressed)
            .OrderByDescending(entry => entry.Token.Score)
            .Take(StrongestScores)
            .Select(entry => $"{entry.Text.Trim()} {entry.Token.Score:G4}");
        console.MarkupLineInterpolated($"[grey]{document.SuppressedTokens} suppressed; highest: {string.Join(" · ", strongest)}[/]");
        console.WriteLine();
    }

    private static Style StyleOf(InspectedToken token, float threshold, float highest)
    {
        var heat = HeatScale.Of(token.Score, threshold, highest);
        var decoration = token.Suppressed ? Decoration.Bold | Decoration.Underline : Decoration.None;
        return heat < 0.05
            ? new Style(decoration: decoration)
            : new Style(heat > 0.55 ? Color.White : Color.Black, Ground(heat), decoration);
    }

    /// <summary>From pale yellow over orange to red.</summary>
    private static Color Ground(double heat) => new(
        (byte)(255 - (65 * Math.Max(0, heat - 0.5) * 2)),
        (byte)(240 - (200 * heat)),
        (byte)(190 - (160 * heat)));
}
