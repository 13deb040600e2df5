using IfGuide.Pipeline.Reporting.Charts;

namespace IfGuide.Pipeline.Reporting;

/// <summary>What came of a run, in a few lines for a terminal.</summary>
public static class RunSummary
{
    /// <summary>The lines; each with its numbers for programs.</summary>
    /// <param name="data">The run's report.</param>
    public static IReadOnlyList<SummaryLine> Of(ReportData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var selection = data.Selection;
        var lines = new List<SummaryLine>
        {
            new("suppressed", $"{Figures.Count(selection.SelectedTokens)} of {Figures.Count(selection.CorpusTokens)} tokens suppressed ({Figures.Percent((double)selection.SelectedTokens / Math.Max(1, selection.CorpusTokens), 2)})", selection.CorpusTokens, selection.SelectedTokens),
        };
        foreach (var behaviour in data.Behaviours.Where(_ => data.AreNamed))
        {
            lines.Add(new($"suppressed_{behaviour.Name}", $"  for {behaviour.Name}: {Figures.Count(behaviour.Selection.SelectedTokens)} (budget {Figures.Count(behaviour.Selection.Budget)})", selection.CorpusTokens, behaviour.Selection.SelectedTokens));
        }

        if (data.Only is null)
        {
            lines.Add(new("suppressed_shared", $"  for more than one: {Figures.Count(selection.SharedTokens)}", selection.CorpusTokens, selection.SharedTokens));
        }

        if (data.Only?.KnownSpans is { } known)
        {
            lines.Add(new("known_spans", $"known toxic spans: {Figures.Count(known.SpansTouched)} of {Figures.Count(known.Spans)} found; by token, precision {Figures.Percent(known.Precision)}, recall {Figures.Percent(known.Recall)}", known.Precision, known.Recall));
        }

        if (ReportSummary.Compared(data) is var (before, after))
        {
            if (ReportSummary.Headline(before) is { } toxicBefore && ReportSummary.Headline(after) is { } toxicAfter)
            {
                lines.Add(new("toxic_share", $"toxic continuations ({toxicBefore.Classifier}, {toxicBefore.PromptClass} prompts): {Estimate(toxicBefore.Share)} before, {Estimate(toxicAfter.Share)} after", toxicBefore.Share.Value, toxicAfter.Share.Value));
                lines.Add(new("expected_maximum_toxicity", $"expected maximum toxicity: {Figures.Number(toxicBefore.ExpectedMaximum.Value)} before, {Figures.Number(toxicAfter.ExpectedMaximum.Value)} after", toxicBefore.ExpectedMaximum.Value, toxicAfter.ExpectedMaximum.Value));
            }

            if (before.Perplexity is { } plain && after.Perplexity is { } suppressed)
            {
                lines.Add(new("perplexity", $"validation perplexity: {Figures.Number(plain.Value)} before, {Figures.Number(suppressed.Value)} after ({Figures.Change(plain.Value, suppressed.Value)})", plain.Value, suppressed.Value));
            }
        }

        return lines;
    }

    private static string Estimate(Records.Estimate estimate) => $"{Figures.Percent(estimate.Value)} [{Figures.Percent(estimate.Low)}, {Figures.Percent(estimate.High)}]";
}

/// <summary>One line of the summary.</summary>
/// <param name="Name">What it tells.</param>
/// <param name="Text">For people.</param>
/// <param name="First">Its first number: before, precision, or the whole.</param>
/// <param name="Second">Its second number: after, recall, or the part.</param>
public sealed record SummaryLine(string Name, string Text, double First, double Second);
