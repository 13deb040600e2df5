using System.Text.Encodings.Web;
using System.Text.Unicode;
using Fluid;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Reporting.Charts;

namespace IfGuide.Pipeline.Reporting;

/// <summary>Draws a run's page: one HTML file that needs no other, for light and dark.</summary>
/// <remarks>Charts are drawn here and not by a plotting library, so that they take the page's colours and need no native code.</remarks>
public static class ReportPage
{
    private static readonly TemplateOptions Options = new() { MemberAccessStrategy = new UnsafeMemberAccessStrategy(), StrictVariables = true, StrictFilters = true };
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly IFluidTemplate Template = new FluidParser().Parse(Resource("report.liquid"));

    /// <summary>Draws the page.</summary>
    /// <param name="data">What it tells.</param>
    /// <param name="options">How it is drawn; null: harsh words masked, no times.</param>
    /// <returns>The page; equal data and options give equal text.</returns>
    public static string Render(ReportData data, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new ReportOptions();
        var harsh = new HarshText(options.ShowToxic);
        var model = new
        {
            Style = Resource("report.css"),
            Run = data.Specification.Run.ToString(),
            options.ShowToxic,
            Cards = ReportSummary.Cards(data),
            data.Warnings,
            Behaviours = data.Behaviours.Select(behaviour => Behaviour(behaviour, harsh)).ToArray(),
            Queries = QueryTables.Queries(data.Queries),
            Overlap = QueryTables.Overlap(data.Overlap),
            InCorpus = QueryTables.InCorpus(data.Overlap),
            NotCompared = data.Overlap is { NotCompared.Count: > 0 } overlap ? string.Join(", ", overlap.NotCompared) : string.Empty,
            Sources = SelectionTables.Sources(data.Sources),
            HasEvaluation = data.Evaluations.Count > 0,
            Models = data.Evaluations.Select((evaluation, index) => new { Name = evaluation.Variant, Style = $"m{index}" }).ToArray(),
            Measures = EvaluationTable.Rows(data.Evaluations),
            Examples = EvaluationTable.Examples(data.Evaluations, harsh),
            HasTrainings = data.Trainings.Count > 0,
            Trainings = data.Trainings.Select((training, index) => new { Name = training.Variant, Style = $"m{index}" }).ToArray(),
            LossChart = data.Trainings.Count > 0 ? LossChart.Draw(data.Trainings) : string.Empty,
            GradientChart = data.Trainings.Count > 0 ? GradientChart.Draw(data.Trainings) : string.Empty,
            Communications = data.Communications.Select(training => new
            {
                Name = training.Key,
                training.Value.Workers,
                training.Value.Rounds,
                training.Value.LocalSteps,
                Tokens = Figures.Count(training.Value.Tokens),
                Weights = Figures.Number(training.Value.WeightBytesPerToken),
                State = Figures.Number(training.Value.StateBytesPerToken),
            }).ToArray(),
            Times = options.StageTimes.Select(time => new { Stage = time.Stage.Word(), Elapsed = Figures.Time(time.Elapsed), time.Units, time.Reused }).ToArray(),
            Settings = ReportSummary.Settings(data.Specification),
            HasContrast = data.Specification.Scores.Contrast ?? true,
        };
        return Template.Render(new TemplateContext(model, Options), Encoder);
    }

    private static object Behaviour(BehaviourReport behaviour, HarshText harsh) => new
    {
        Title = behaviour.Name is null ? string.Empty : $": {behaviour.Name}",
        Options = behaviour.Name is null ? string.Empty : $" --behaviour {behaviour.Name}",
        ScoreChart = ScoreChart.Draw(behaviour.Selection.Histogram, behaviour.Selection.Threshold),
        Facts = ReportSummary.SelectionFacts(behaviour),
        TakesDocuments = behaviour.Parameters.Unit == SelectedUnit.Document,
        Suppressed = behaviour.Suppressed.Select(token => new { Text = Visible(harsh.Of(token.Text)), Times = Figures.Count(token.Times), Score = Figures.Number(token.MeanScore) }).ToArray(),
        WhatIf = SelectionTables.WhatIf(behaviour.WhatIf),
        Documents = behaviour.Documents.Select(document => HeatMap.Of(document, behaviour.Selection.Threshold, harsh)).ToArray(),
    };

    /// <summary>Spaces and line ends at a token's edge, made visible.</summary>
    internal static string Visible(string token) => token.Replace(' ', '·').Replace("\n", "⏎", StringComparison.Ordinal).Replace("\t", "⇥", StringComparison.Ordinal);

    private static string Resource(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream($"IfGuide.Pipeline.Reporting.{name}")
            ?? throw new InvalidOperationException($"The resource '{name}' is missing: rebuild IfGuide.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
