using IfGuide.Pipeline.Reporting.Charts;
using IfGuide.Pipeline.Results.Metrics;
using IfGuide.Pipeline.Selection;

namespace IfGuide.Pipeline.Reporting;

/// <summary>Tables of the selection: how much of each source, and what other parameters would select.</summary>
internal static class SelectionTables
{
    private const int ShownSources = 12;

    /// <summary>Rows of the sources with the most suppressed tokens, and one for the rest.</summary>
    public static object[] Sources(IReadOnlyList<SourceShare> sources)
    {
        var rest = sources.Skip(ShownSources).ToArray();
        var shown = sources.Take(ShownSources).ToList();
        if (rest.Length > 0)
        {
            shown.Add(new SourceShare($"{Figures.Count(rest.Length)} more", rest.Sum(share => share.Tokens), rest.Sum(share => share.SuppressedTokens), rest.Sum(share => share.Documents), rest.Sum(share => share.SuppressedDocuments)));
        }

        return
        [
            .. shown.Select(share => new
            {
                share.Source,
                Tokens = Figures.Count(share.Tokens),
                Suppressed = Figures.Count(share.SuppressedTokens),
                Share = Figures.Percent(share.Share, 2),
                Documents = $"{Figures.Count(share.SuppressedDocuments)} of {Figures.Count(share.Documents)}",
            }),
        ];
    }

    /// <summary>Rows of the what-if table.</summary>
    public static object[] WhatIf(IReadOnlyList<WhatIfCell> cells) =>
    [
        .. cells.Select(cell => new
        {
            Quantile = WhatIfText.Quantile(cell),
            cell.Window,
            Budget = WhatIfText.Budget(cell),
            Threshold = Figures.Number(cell.Threshold),
            Tokens = Figures.Count(cell.Tokens),
            Share = Figures.Percent(cell.Share, 2),
            Reach = cell.Documents is { } documents ? $"{Figures.Count(documents)} documents" : $"{Figures.Count(cell.Sequences)} sequences",
            End = cell.StoppedOnBudget ? "used up" : "not used up",
            Style = cell.IsRun ? "own" : string.Empty,
        }),
    ];
}

/// <summary>Parameters of a cell as one types them for <c>ifguide select</c>.</summary>
public static class WhatIfText
{
    /// <summary>The quantile.</summary>
    /// <param name="cell">The cell.</param>
    public static string Quantile(WhatIfCell cell) => cell.Quantile.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The budget: a share such as <c>2%</c>, or a count.</summary>
    /// <param name="cell">The cell.</param>
    public static string Budget(WhatIfCell cell) => cell.BudgetShare is { } share
        ? ((decimal)share * 100).ToString("0.##########", System.Globalization.CultureInfo.InvariantCulture) + "%"
        : cell.Budget.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
