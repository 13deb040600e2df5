using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Results.Metrics;
using IfGuide.Pipeline.Selection;
using Spectre.Console;

namespace IfGuide.Cli.Consoles;

/// <summary>Draws a whole run's selection in the terminal: the scores' distribution, the share of each source, the what-if table.</summary>
internal static class RunView
{
    private const int Bars = 24;
    private const int BarWidth = 48;
    private const int ShownSources = 20;

    public static void Draw(IAnsiConsole console, SelectionRecord selection, IReadOnlyList<SourceShare> sources, IReadOnlyList<WhatIfCell> cells)
    {
        console.MarkupLineInterpolated($"[bold]{selection.SelectedTokens:N0}[/] of {selection.CorpusTokens:N0} tokens suppressed; {selection.Candidates:N0} candidates above {selection.Threshold:G6}; budget {selection.Budget:N0}{(selection.StoppedOnBudget ? ", used up" : ", not used up")}");
        DrawScores(console, selection);
        if (sources.Count > 0)
        {
            DrawSources(console, sources);
        }

        DrawCells(console, cells);
    }

    /// <summary>Bars of the logarithm of the counts, since nearly all scores are near zero.</summary>
    private static void DrawScores(IAnsiConsole console, SelectionRecord selection)
    {
        var histogram = selection.Histogram;
        var perBar = (histogram.Counts.Count + Bars - 1) / Bars;
        var bars = histogram.Counts.Chunk(perBar).Select(chunk => chunk.Sum()).ToArray();
        var width = ((double)histogram.Highest - histogram.Lowest) / histogram.Counts.Count * perBar;
        var most = Math.Log2(1 + bars.Max());
        console.MarkupLine("[grey]scores, bars by the logarithm of the count; warm: above the threshold[/]");
        for (var bar = 0; bar < bars.Length; bar++)
        {
            var length = most > 0 ? (int)Math.Ceiling(Math.Log2(1 + bars[bar]) / most * BarWidth) : 0;
            var above = histogram.Lowest + (bar + 1) * width > selection.Threshold;
            console.Write(new Text($"{histogram.Lowest + bar * width,11:G3} ", new Style(Color.Grey)));
            console.Write(new Text(new string('█', length), new Style(above ? Color.Orange1 : Color.Grey)));
            console.WriteLine($" {bars[bar]:N0}");
        }

        console.WriteLine();
    }

    private static void DrawSources(IAnsiConsole console, IReadOnlyList<SourceShare> sources)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("source", "tokens", "suppressed", "share", "documents touched");
        foreach (var share in sources.Take(ShownSources))
        {
            table.AddRow(Markup.Escape(share.Source), $"{share.Tokens:N0}", $"{share.SuppressedTokens:N0}", $"{share.Share:P2}", $"{share.SuppressedDocuments:N0} of {share.Documents:N0}");
        }

        if (sources.Count > ShownSources)
        {
            table.AddRow($"{sources.Count - ShownSources:N0} more", string.Empty, $"{sources.Skip(ShownSources).Sum(share => share.SuppressedTokens):N0}", string.Empty, string.Empty);
        }

        console.Write(table);
    }

    private static void DrawCells(IAnsiConsole console, IReadOnlyList<WhatIfCell> cells)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("quantile", "window", "budget", "threshold", "tokens", "share", cells[0].Documents is null ? "sequences" : "documents", "budget is");
        foreach (var cell in cells)
        {
            string[] texts =
            [
                WhatIfText.Quantile(cell), $"{cell.Window}", WhatIfText.Budget(cell), $"{cell.Threshold:G5}", $"{cell.Tokens:N0}", $"{cell.Share:P2}",
                $"{cell.Documents ?? cell.Sequences:N0}", (cell.StoppedOnBudget ? "used up" : "not used up") + (cell.IsRun ? " ← this run" : string.Empty),
            ];
            table.AddRow([.. texts.Select(text => cell.IsRun ? $"[bold]{text}[/]" : text)]);
        }

        console.Write(table);
        console.MarkupLine("[grey]'ifguide select --run RUN' with a row's quantile, window and budget gives its mask[/]");
    }
}
