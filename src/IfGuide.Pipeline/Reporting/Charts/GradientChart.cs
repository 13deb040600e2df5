using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Reporting.Charts;

/// <summary>Gradient norms before clipping, on a logarithmic axis: what announces a divergence.</summary>
internal static class GradientChart
{
    private const double SmallestNorm = 1e-6;

    public static string Draw(IReadOnlyList<TrainingRecord> trainings)
    {
        var norms = trainings.SelectMany(training => training.Points).Select(point => point.GradientNorm).Where(norm => double.IsFinite(norm) && norm > SmallestNorm).ToList();
        var range = norms.Count == 0 ? new ChartRange(0.1, 1, Logarithmic: true) : new ChartRange(norms.Min() / 1.5, norms.Max() * 1.5, Logarithmic: true);
        var frame = new ChartFrame(ChartRange.Around(trainings.SelectMany(training => training.Points).Select(point => (double)point.Step)), range);
        foreach (var (index, training) in trainings.Index())
        {
            var path = string.Join(' ', training.Points.Where(point => double.IsFinite(point.GradientNorm)).Select(point => $"{Figures.At(frame.X(point.Step))},{Figures.At(frame.Y(point.GradientNorm))}"));
            frame.Add($"<polyline class=\"line m{index}\" points=\"{path}\"><title>{System.Net.WebUtility.HtmlEncode(training.Variant)}</title></polyline>");
        }

        return frame.Finish("Gradient norm by optimizer step of " + string.Join(", ", trainings.Select(training => training.Variant)) + ".", "optimizer step (gradient norm before clipping, logarithmic)");
    }
}
