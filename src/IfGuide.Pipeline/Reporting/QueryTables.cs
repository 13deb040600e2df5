using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Reporting.Charts;
using IfGuide.Pipeline.Results.Metrics;

namespace IfGuide.Pipeline.Reporting;

/// <summary>Tables of the query sets: what was used of them, and what of them occurs twice.</summary>
internal static class QueryTables
{
    /// <summary>A row for each query set.</summary>
    public static object[] Queries(IReadOnlyList<QuerySetSummary> sets) =>
    [
        .. sets.Select(set => new
        {
            set.Set,
            Read = Figures.Count(set.Read),
            Kept = Figures.Count(set.Kept),
            Empty = Figures.Count(set.Empty),
            CutAway = Figures.Count(set.CutAway),
            Shortened = Figures.Count(set.Shortened),
            LossTokens = Figures.Count(set.LossTokens),
        }),
    ];

    /// <summary>A row for each two sets that are compared.</summary>
    public static object[] Overlap(OverlapRecord? overlap) =>
    [
        .. (overlap?.Sets ?? []).Select(sets => new
        {
            sets.First,
            sets.Second,
            FirstPrompts = Of(sets.Prompts.InFirst, sets.FirstTexts),
            SecondPrompts = Of(sets.Prompts.InSecond, sets.SecondTexts),
            FirstWholes = Of(sets.Wholes.InFirst, sets.FirstTexts),
            SecondWholes = Of(sets.Wholes.InSecond, sets.SecondTexts),
            Place = sets.Prompts.Places.Concat(sets.Wholes.Places).FirstOrDefault() is { } places ? $"{places[0]}; {places[1]}" : string.Empty,
        }),
    ];

    /// <summary>A row for each set that was looked for in the corpus.</summary>
    public static object[] InCorpus(OverlapRecord? overlap) =>
    [
        .. (overlap?.Corpus ?? []).Select(set => new
        {
            set.Set,
            Sought = Figures.Count(set.Sought),
            TooShort = Figures.Count(set.TooShort),
            Found = Of(set.Found, set.Sought),
            Documents = Figures.Count(set.Documents),
            Place = set.Places.Count > 0 ? $"{set.Places[0][0]}; {set.Places[0][1]}" : string.Empty,
        }),
    ];

    private static string Of(long part, long whole) => whole == 0 ? "0" : $"{Figures.Count(part)} of {Figures.Count(whole)} ({Figures.Percent((double)part / whole)})";
}
