using IfGuide.Pipeline.Explaining;
using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Results;
using Spectre.Console;

namespace IfGuide.Cli.Consoles;

/// <summary>Draws an explanation in the terminal: the queries that are nearest by influence, and what each layer contributes.</summary>
internal static class ExplanationView
{
    private const int BarWidth = 30;

    public static void Draw(IAnsiConsole console, InspectedDocument document, DocumentExplanation explanation, HarshText harsh)
    {
        var what = explanation.Token is { } token ? $"token {token} ({harsh.Of(document.Tokens)[token - document.Before].Trim()})" : "all its tokens together";
        console.MarkupLineInterpolated($"[grey]explained: {what}, score {explanation.Score:G5}[/]");
        if (explanation.Queries is { } queries)
        {
            DrawQueries(console, "toxic", queries.Toxic, queries.ToxicMean, harsh);
            DrawQueries(console, "nontoxic", queries.Nontoxic, queries.NontoxicMean, harsh);
        }

        if (explanation.Layers.Count > 0)
        {
            DrawLayers(console, explanation.Layers);
        }
    }

    private static void DrawQueries(IAnsiConsole console, string set, IReadOnlyList<QueryInfluence> queries, double mean, HarshText harsh)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns($"influence on {set} queries (mean {mean:G4})", "query");
        foreach (var query in queries)
        {
            table.AddRow($"{query.Influence:G4}", $"[grey]{Markup.Escape(harsh.Of(query.Prompt))}[/]{Markup.Escape(harsh.Of(query.Completion))}");
        }

        console.Write(table);
    }

    private static void DrawLayers(IAnsiConsole console, IReadOnlyList<LayerContribution> layers)
    {
        var largest = layers.Max(layer => Math.Abs(layer.Score));
        var table = new Table().Border(TableBorder.Simple).AddColumns("layer", "part of the score", string.Empty);
        foreach (var layer in layers)
        {
            var bar = new string('█', largest > 0 ? (int)Math.Round(Math.Abs(layer.Score) / largest * BarWidth) : 0);
            table.AddRow(Markup.Escape(layer.Layer), $"{layer.Score:G4}", layer.Score < 0 ? $"[blue]{bar}[/]" : $"[orange1]{bar}[/]");
        }

        console.Write(table);
    }
}
