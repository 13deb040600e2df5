namespace IfGuide.Pipeline.Reporting;

/// <summary>How the page is drawn.</summary>
public sealed record ReportOptions
{
    /// <summary>Whether harsh text stands in full; otherwise all but the first letter of its words is masked.</summary>
    public bool ShowToxic { get; init; }

    /// <summary>Time of each stage; empty: not told. Times are no property of the result, so the stored page has none.</summary>
    public IReadOnlyList<StageTime> StageTimes { get; init; } = [];
}
